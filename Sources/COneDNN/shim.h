// oneDNN 2 and 3 spell the same matrix product differently (a descriptor struct in 2, an opaque
// handle in 3). These few functions are the one spelling that the rest of the package sees.
#ifndef CIRCADIAN_ONEDNN_SHIM_H
#define CIRCADIAN_ONEDNN_SHIM_H

#include <dnnl.h>
#include <dnnl_version.h>

// A matrix as oneDNN sees it: element type, extents and strides in elements.
typedef struct {
  dnnl_data_type_t type;
  int64_t rows, columns, rowStride, columnStride;
} onednn_matrix;

static inline dnnl_status_t onednn_layout_fill(dnnl_memory_desc_t *layout, onednn_matrix matrix) {
  dnnl_dims_t extents = {matrix.rows, matrix.columns};
  dnnl_dims_t strides = {matrix.rowStride, matrix.columnStride};
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_memory_desc_create_with_strides(layout, 2, extents, matrix.type, strides);
#else
  return dnnl_memory_desc_init_by_strides(layout, 2, extents, matrix.type, strides);
#endif
}

// A compiled product out (+)= left * right, and the three memory handles it is run with.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_memory_t left, right, out;
} onednn_product;

static inline dnnl_status_t onednn_product_create(
    onednn_product *product, dnnl_engine_t engine, onednn_matrix left, onednn_matrix right,
    onednn_matrix out, int accumulates) {
  dnnl_memory_desc_t layouts[3];
  const onednn_matrix matrices[3] = {left, right, out};
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < 3; i++) {
    status = onednn_layout_fill(&layouts[i], matrices[i]);
    if (status != dnnl_success) return status;
  }
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t operations = NULL;
  status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success && accumulates) {
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
        &descriptor, engine, layouts[0], layouts[1], NULL, layouts[2], attributes);
#else
  if (status == dnnl_success) {
    dnnl_matmul_desc_t operation;
    status = dnnl_matmul_desc_init(&operation, &layouts[0], &layouts[1], NULL, &layouts[2]);
    if (status == dnnl_success)
      status = dnnl_primitive_desc_create(&descriptor, &operation, attributes, engine, NULL);
  }
#endif
  if (status == dnnl_success) status = dnnl_primitive_create(&product->primitive, descriptor);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (operations) dnnl_post_ops_destroy(operations);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  dnnl_memory_t *memories[3] = {&product->left, &product->right, &product->out};
  for (int i = 0; i < 3; i++) {
#if DNNL_VERSION_MAJOR >= 3
    if (status == dnnl_success)
      status = dnnl_memory_create(memories[i], layouts[i], engine, DNNL_MEMORY_NONE);
    dnnl_memory_desc_destroy(layouts[i]);
#else
    if (status == dnnl_success)
      status = dnnl_memory_create(memories[i], &layouts[i], engine, DNNL_MEMORY_NONE);
#endif
  }
  return status;
}

static inline dnnl_status_t onednn_product_run(
    const onednn_product *product, dnnl_stream_t stream, const void *left, const void *right,
    void *out) {
  dnnl_memory_set_data_handle(product->left, (void *)left);
  dnnl_memory_set_data_handle(product->right, (void *)right);
  dnnl_memory_set_data_handle(product->out, out);
  dnnl_exec_arg_t arguments[3] = {
      {DNNL_ARG_SRC, product->left}, {DNNL_ARG_WEIGHTS, product->right}, {DNNL_ARG_DST, product->out}};
  dnnl_status_t status = dnnl_primitive_execute(product->primitive, stream, 3, arguments);
  return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}

static inline void onednn_product_destroy(onednn_product *product) {
  if (product->primitive) dnnl_primitive_destroy(product->primitive);
  if (product->left) dnnl_memory_destroy(product->left);
  if (product->right) dnnl_memory_destroy(product->right);
  if (product->out) dnnl_memory_destroy(product->out);
}

#endif
