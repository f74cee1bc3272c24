// Weights times two columns on the cores that have instructions for it. See ColumnProduct.swift for the plain form.
#pragma once
#include "cdsp.h"

/// Dual unit: all `outputs` channels of two pixels. Columns are interleaved, a quad of each in turn, as (0, 2), (1, 3), with
/// zeros behind the last number. `a` and `b` may be the same.
void cdsp_dual_product(
    const int32_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const CDSPScale *scale, int8_t *a,
    int8_t *b);

/// Dual unit: quads of bytes widened to halves as (0, 2), (1, 3), plus `offset`, into every other pair of words.
void cdsp_dual_widen(const int8_t *source, int32_t offset, int32_t quads, int32_t *target);

/// Vector unit: the first `outputs` channels, a multiple of 4, of two pixels. The second column follows the first. Empty on other cores.
void cdsp_vector_product(
    const int16_t *columns, const int8_t *weights, int32_t count, int32_t outputs, const CDSPScale *scale, int8_t *a,
    int8_t *b);

/// Vector unit: bytes widened to halves, plus `offset`. Empty on other cores.
void cdsp_vector_widen(const int8_t *source, int32_t offset, int32_t count, int16_t *target);
