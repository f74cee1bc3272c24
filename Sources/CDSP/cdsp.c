#include "cdsp.h"
#include "cdsp_vector.h"
