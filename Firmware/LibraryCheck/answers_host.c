// Prints, for each set of scores on standard input, the probabilities and then the classes of at least a tenth, the surest first.
#include "sapool.h"
#include <stdio.h>

static int8_t scores[SAPOOL_OUTPUTS];

const int8_t *sapool_scores_r(const sapool_t *context) { return context ? scores : NULL; }

int main(void) {
    static sapool_t network;
    static uint16_t probabilities[SAPOOL_OUTPUTS];
    static sapool_choice found[SAPOOL_OUTPUTS];
    if (sapool_top_r(NULL, found, 1, 0) != SAPOOL_NULL_POINTER || sapool_top_r(&network, NULL, 1, 0) != SAPOOL_NULL_POINTER) return 1;
    if (sapool_top_r(&network, found, -1, 0) != SAPOOL_WRONG_SIZE || sapool_top_r(&network, NULL, 0, 0) != 0) return 2;
    if (sapool_probabilities_r(&network, probabilities, SAPOOL_OUTPUTS - 1) != SAPOOL_WRONG_SIZE) return 3;
    if (sapool_probabilities_r(NULL, probabilities, SAPOOL_OUTPUTS) != SAPOOL_NULL_POINTER) return 4;
    while (fread(scores, 1, sizeof scores, stdin) == sizeof scores) {
        if (sapool_probabilities_r(&network, probabilities, SAPOOL_OUTPUTS) != SAPOOL_OK) return 5;
        for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) printf("%d ", (int)probabilities[index]);
        int32_t count = sapool_top_r(&network, found, SAPOOL_OUTPUTS, SAPOOL_PROBABILITY_UNIT / 10);
        printf(":");
        for (int32_t place = 0; place < count; place++) {
            if (found[place].probability != probabilities[found[place].label]) return 6;
            printf(" %d", (int)found[place].label);
        }
        printf("\n");
    }
    return 0;
}
