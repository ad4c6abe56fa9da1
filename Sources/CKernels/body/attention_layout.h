// How the caller's scratch is divided; the same in every vector unit.
#ifndef CIRCADIAN_ATTENTION_LAYOUT_H
#define CIRCADIAN_ATTENTION_LAYOUT_H

#include "../include/CKernels.h"

// At most this many queries are answered without packing keys and values.
#define DECODING_QUERIES 4
// Rows of a tile: a multiple of the strips of the small products, and of two.
#define TILE_ROWS 48
// Rows of queries or keys rounded at a time: no fewer than a tile has.
#define ROUNDED_ROWS 64
// Keys taken at a time: a multiple of every unit's panel.
#define KEY_BLOCK 128
// Room after a row of scores for zeros that a strip of keys may read beyond the visible ones.
#define SCORE_MARGIN 32

typedef struct {
  size_t tileRows, scoreStride;
  // Offsets in floats; the forward pass uses the first five, decoding only scores.
  size_t scores, tile, keysTransposed, values, roundedQueries;
  size_t scoreGradients, valuesTransposed, keys, gradKeys, gradValues, queries, gradOut, delta;
  size_t roundedGradOut, roundedGradients;
  size_t total;
} attention_layout;

static inline size_t layout_place(size_t *total, size_t count) {
  const size_t start = *total;
  *total += (count + 15) / 16 * 16;
  return start;
}

// Offsets count from the first whole cache line of the scratch.
static inline attention_layout attention_layout_of(ck_attention_shape s, bool backward) {
  const size_t keys = s.slots + s.keys, paddedKeys = (keys + 15) / 16 * 16;
  const size_t paddedWidth = (s.width + 15) / 16 * 16;
  attention_layout l = {0};
  if (!backward && s.queries <= DECODING_QUERIES) {
    l.scoreStride = paddedKeys + SCORE_MARGIN;
    l.scores = layout_place(&l.total, s.heads * s.queries * l.scoreStride);
    return l;
  }
  const size_t columns = backward && paddedKeys > KEY_BLOCK ? KEY_BLOCK : paddedKeys;
  l.scoreStride = columns + SCORE_MARGIN;
  // Long rows of scores stay in the second-level cache by being fewer.
  const size_t fitting = (size_t)1 << 16;
  l.tileRows = TILE_ROWS * l.scoreStride <= fitting ? TILE_ROWS : fitting / l.scoreStride / 6 * 6;
  if (l.tileRows < 6) l.tileRows = 6;
  l.scores = layout_place(&l.total, l.tileRows * l.scoreStride);
  l.tile = layout_place(&l.total, l.tileRows * paddedWidth);
  l.keysTransposed = layout_place(&l.total, s.width * paddedKeys);
  const size_t rounded = s.rounded ? ROUNDED_ROWS * ((s.width + 1) / 2) : 0;
  l.roundedQueries = layout_place(&l.total, rounded);
  if (!backward) {
    l.values = layout_place(&l.total, keys * paddedWidth);
    return l;
  }
  l.scoreGradients = layout_place(&l.total, l.tileRows * l.scoreStride);
  l.valuesTransposed = layout_place(&l.total, s.width * paddedKeys);
  l.keys = layout_place(&l.total, keys * paddedWidth);
  l.gradKeys = layout_place(&l.total, keys * paddedWidth);
  l.gradValues = layout_place(&l.total, keys * paddedWidth);
  l.queries = layout_place(&l.total, s.queries * paddedWidth);
  l.gradOut = layout_place(&l.total, s.queries * paddedWidth);
  l.delta = layout_place(&l.total, s.queries);
  l.roundedGradOut = layout_place(&l.total, rounded);
  l.roundedGradients = layout_place(&l.total, s.rounded ? l.tileRows * l.scoreStride / 2 : 0);
  return l;
}

#endif
