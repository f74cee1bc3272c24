// Scores as probabilities: a softmax in fixed point, without a division.
#include "sapool.h"
#include "sapool_exponentials.h"

/// What a score counts: e^(-scale * distance) of its distance to the highest, in a unit in which all together stay below 2^31. A network
/// that ends in a softmax has shares already.
static uint32_t part(int32_t score, int32_t best) {
#if ENDS_IN_SOFTMAX
    (void)best;
    return (uint32_t)(score + 128);
#else
    int32_t distance = best - score;
    return distance < EXPONENTIALS ? exponentials[distance] : 0;
#endif
}

typedef struct {
    int32_t best;
    uint32_t sum;
} whole;

static whole whole_of(const int8_t *scores) {
    whole all = {scores[0], 0};
    for (int32_t index = 1; index < SAPOOL_OUTPUTS; index++)
        if (scores[index] > all.best) all.best = scores[index];
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) all.sum += part(scores[index], all.best);
    return all;
}

/// A part of the whole, rounded, bit by bit: Cortex-M0+ has no division.
static int32_t share(int32_t score, whole all) {
    uint32_t rest = part(score, all.best), result = 0;
    if (rest == 0) return 0;
    for (int32_t bit = 0; bit < 16; bit++) {
        rest <<= 1;
        result <<= 1;
        if (rest >= all.sum) {
            rest -= all.sum;
            result |= 1;
        }
    }
    return (int32_t)((result + 1) >> 1);
}

/// SAPOOL_OK where there is an answer; of a context that is none it is the call's status.
static sapool_status scores_of(const sapool_t *context, const int8_t **scores) {
    *scores = sapool_scores_r(context);
    if (*scores) return SAPOOL_OK;
    return context ? SAPOOL_NOT_READY : SAPOOL_NULL_POINTER;
}

sapool_status sapool_probabilities_r(const sapool_t *context, uint16_t *probabilities, int32_t count) {
    const int8_t *scores;
    sapool_status status = scores_of(context, &scores);
    if (status != SAPOOL_OK) return status;
    if (!probabilities) return SAPOOL_NULL_POINTER;
    if (count != SAPOOL_OUTPUTS) return SAPOOL_WRONG_SIZE;
    whole all = whole_of(scores);
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) probabilities[index] = (uint16_t)share(scores[index], all);
    return SAPOOL_OK;
}

int32_t sapool_top_r(const sapool_t *context, sapool_choice *found, int32_t most, int32_t least) {
    const int8_t *scores;
    sapool_status status = scores_of(context, &scores);
    if (status != SAPOOL_OK) return status;
    if (most < 0) return SAPOOL_WRONG_SIZE;
    if (most > 0 && !found) return SAPOOL_NULL_POINTER;
    whole all = whole_of(scores);
    int32_t count = 0;
    for (int32_t index = 0; index < SAPOOL_OUTPUTS; index++) {
        // Behind those that are as sure: of equal ones the first comes first.
        int32_t place = count;
        while (place > 0 && scores[index] > scores[found[place - 1].label]) place--;
        if (place == most) continue;
        if (count < most) count++;
        for (int32_t later = count - 1; later > place; later--) found[later] = found[later - 1];
        found[place].label = index;
    }
    for (int32_t place = 0; place < count; place++) {
        found[place].probability = share(scores[found[place].label], all);
        if (found[place].probability < least) return place;
    }
    return count;
}
