// oneDNN 2 and 3 spell the same matrix product differently (a descriptor struct in 2, an opaque
// handle in 3). These few functions are the one spelling that the rest of the package sees.
#ifndef CIRCADIAN_ONEDNN_SHIM_H
#define CIRCADIAN_ONEDNN_SHIM_H

#include <dnnl.h>
#include <dnnl_version.h>
#include <stdbool.h>

// A matrix as oneDNN sees it: element type, extents and strides in elements.
typedef struct {
  dnnl_data_type_t type;
  int64_t rows, columns, rowStride, columnStride;
} onednn_matrix;

// What a product does besides multiplying.
typedef struct {
  bool accumulates;  // adds to what is in `out`
  bool hasBias;      // adds a row of float32 to every row
  bool packsRight;   // takes the right factor in the layout that suits it best, see onednn_product_pack
} onednn_form;

static inline dnnl_status_t onednn_layout_fill(dnnl_memory_desc_t *layout, onednn_matrix matrix) {
  dnnl_dims_t extents = {matrix.rows, matrix.columns};
  dnnl_dims_t strides = {matrix.rowStride, matrix.columnStride};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(layout, 2, extents, matrix.type, strides);
#else
  return dnnl_memory_desc_init_by_strides(layout, 2, extents, matrix.type, strides);
#endif
}

// The layout that is left to oneDNN to choose.
static inline dnnl_status_t onednn_layout_open(dnnl_memory_desc_t *layout, onednn_matrix matrix) {
  dnnl_dims_t extents = {matrix.rows, matrix.columns};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_tag(layout, 2, extents, matrix.type, dnnl_format_tag_any);
#else
  return dnnl_memory_desc_init_by_tag(layout, 2, extents, matrix.type, dnnl_format_tag_any);
#endif
}

static inline void onednn_layout_destroy(dnnl_memory_desc_t *layout) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(*layout);
#endif
  (void)layout;
}

static inline dnnl_status_t onednn_memory_create(
    dnnl_memory_t *memory, const dnnl_memory_desc_t *layout, dnnl_engine_t engine) {
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_create(memory, *layout, engine, DNNL_MEMORY_NONE);
#else
  return dnnl_memory_create(memory, layout, engine, DNNL_MEMORY_NONE);
#endif
}

// A compiled product out (+)= left * right + bias, and the memory handles it is run with.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t left, right, out, bias;
} onednn_product;

static inline dnnl_status_t onednn_product_create(
    onednn_product *product, dnnl_engine_t engine, onednn_matrix left, onednn_matrix right,
    onednn_matrix out, onednn_form form) {
  const onednn_matrix bias = {dnnl_f32, 1, out.columns, out.columns, 1};
  const onednn_matrix matrices[4] = {left, right, out, bias};
  dnnl_memory_desc_t layouts[4];
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < 4 && status == dnnl_success; i++)
    status = i == 1 && form.packsRight ? onednn_layout_open(&layouts[i], matrices[i])
                                       : onednn_layout_fill(&layouts[i], matrices[i]);
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t operations = NULL;
  status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success && form.accumulates) {
    status = dnnl_post_ops_create(&operations);
#if DNNL_VERSION_MAJOR >= 3
    if (status == dnnl_success)
      status = dnnl_post_ops_append_sum(operations, 1.0f, 0, dnnl_data_type_undef);
#else
    if (status == dnnl_success) status = dnnl_post_ops_append_sum(operations, 1.0f);
#endif
    if (status == dnnl_success)
      status = dnnl_primitive_attr_set_post_ops(attributes, operations);
  }
  dnnl_primitive_desc_t descriptor = NULL;
#if DNNL_VERSION_MAJOR >= 3
  if (status == dnnl_success)
    status = dnnl_matmul_primitive_desc_create(
        &descriptor, engine, layouts[0], layouts[1], form.hasBias ? layouts[3] : NULL, layouts[2],
        attributes);
#else
  if (status == dnnl_success) {
    dnnl_matmul_desc_t operation;
    status = dnnl_matmul_desc_init(
        &operation, &layouts[0], &layouts[1], form.hasBias ? &layouts[3] : NULL, &layouts[2]);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(&descriptor, &operation, attributes, engine, NULL);
  }
#endif
  if (status == dnnl_success) status = dnnl_primitive_create(&product->primitive, descriptor);
  if (operations) dnnl_post_ops_destroy(operations);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (status == dnnl_success && form.packsRight) {
#if DNNL_VERSION_MAJOR >= 3
    const_dnnl_memory_desc_t chosen = dnnl_primitive_desc_query_md(descriptor, dnnl_query_weights_md, 0);
    status = dnnl_memory_create(&product->right, chosen, engine, DNNL_MEMORY_NONE);
#else
    status = onednn_memory_create(
        &product->right, dnnl_primitive_desc_query_md(descriptor, dnnl_query_weights_md, 0), engine);
#endif
  } else if (status == dnnl_success) {
    status = onednn_memory_create(&product->right, &layouts[1], engine);
  }
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (status == dnnl_success) status = onednn_memory_create(&product->left, &layouts[0], engine);
  if (status == dnnl_success) status = onednn_memory_create(&product->out, &layouts[2], engine);
  if (status == dnnl_success && form.hasBias)
    status = onednn_memory_create(&product->bias, &layouts[3], engine);
  for (int i = 0; i < 4; i++) onednn_layout_destroy(&layouts[i]);
  return status;
}

// `bias` is read only by a product that has one.
static inline dnnl_status_t onednn_product_run(
    const onednn_product *product, dnnl_stream_t stream, const void *left, const void *right,
    const void *bias, void *out) {
  dnnl_memory_set_data_handle(product->left, (void *)left);
  dnnl_memory_set_data_handle(product->right, (void *)right);
  dnnl_memory_set_data_handle(product->out, out);
  if (product->bias) dnnl_memory_set_data_handle(product->bias, (void *)bias);
  dnnl_exec_arg_t arguments[4] = {{DNNL_ARG_SRC, product->left},
                                  {DNNL_ARG_WEIGHTS, product->right},
                                  {DNNL_ARG_DST, product->out},
                                  {DNNL_ARG_BIAS, product->bias}};
  dnnl_status_t status =
      dnnl_primitive_execute(product->primitive, stream, product->bias ? 4 : 3, arguments);
  return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}

static inline void onednn_product_destroy(onednn_product *product) {
  if (product->primitive) dnnl_primitive_destroy(product->primitive);
  if (product->left) dnnl_memory_destroy(product->left);
  if (product->right) dnnl_memory_destroy(product->right);
  if (product->out) dnnl_memory_destroy(product->out);
  if (product->bias) dnnl_memory_destroy(product->bias);
}

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t onednn_layout;
#else
typedef const dnnl_memory_desc_t *onednn_layout;
#endif

static inline onednn_layout onednn_right_layout(const onednn_product *product) {
  onednn_layout layout = NULL;
  dnnl_memory_get_memory_desc(product->right, &layout);
  return layout;
}

// Tells the layouts of right factors apart (FNV-1a of the description).
static inline uint64_t onednn_product_right_digest(const onednn_product *product) {
#if DNNL_VERSION_MAJOR >= 3
  uint8_t bytes[4096];
  size_t count = sizeof bytes;
  if (dnnl_memory_desc_get_blob(bytes, &count, onednn_right_layout(product)) != dnnl_success) count = 0;
#else
  const uint8_t *bytes = (const uint8_t *)onednn_right_layout(product);
  const size_t count = sizeof(dnnl_memory_desc_t);
#endif
  uint64_t digest = 14695981039346656037u;
  for (size_t i = 0; i < count; i++) digest = (digest ^ bytes[i]) * 1099511628211u;
  return digest;
}

// Bytes of the right factor of a product that packs it.
static inline size_t onednn_product_packed_size(const onednn_product *product) {
  return dnnl_memory_desc_get_size(onednn_right_layout(product));
}

// Writes `right` to `packed` in the layout of a product that packs it.
static inline dnnl_status_t onednn_product_pack(
    const onednn_product *product, dnnl_engine_t engine, dnnl_stream_t stream, onednn_matrix right,
    const void *elements, void *packed) {
  dnnl_memory_desc_t plain;
  dnnl_status_t status = onednn_layout_fill(&plain, right);
  if (status != dnnl_success) return status;
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_primitive_t reordering = NULL;
  dnnl_memory_t from = NULL;
#if DNNL_VERSION_MAJOR >= 3
  status = dnnl_reorder_primitive_desc_create(
      &descriptor, plain, engine, onednn_right_layout(product), engine, NULL);
#else
  status = dnnl_reorder_primitive_desc_create(
      &descriptor, &plain, engine, onednn_right_layout(product), engine, NULL);
#endif
  if (status == dnnl_success) status = dnnl_primitive_create(&reordering, descriptor);
  if (status == dnnl_success) status = onednn_memory_create(&from, &plain, engine);
  if (status == dnnl_success) {
    dnnl_memory_set_data_handle(from, (void *)elements);
    dnnl_memory_set_data_handle(product->right, packed);
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, product->right}};
    status = dnnl_primitive_execute(reordering, stream, 2, arguments);
    if (status == dnnl_success) status = dnnl_stream_wait(stream);
  }
  if (from) dnnl_memory_destroy(from);
  if (reordering) dnnl_primitive_destroy(reordering);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  onednn_layout_destroy(&plain);
  return status;
}

#endif
