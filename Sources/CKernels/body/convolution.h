// Image patches as the columns of a matrix, and the way back.

// The outputs [first, last) whose input position stride * o + offset - padding is inside [0, size).
INLINE void inside(size_t offset, size_t stride, size_t padding, size_t size, size_t outputs,
                   size_t *first, size_t *last) {
  *first = offset >= padding ? 0 : (padding - offset + stride - 1) / stride;
  *last = size + padding > offset ? (size + padding - offset - 1) / stride + 1 : 0;
  if (*last > outputs) *last = outputs;
  if (*first > *last) *first = *last;
}

static void k_image_to_columns(ck_convolution_shape s, const float *image, float *columns) {
  for (size_t c = 0; c < s.channels; c++, image += s.height * s.width) {
    for (size_t ky = 0; ky < s.kernel; ky++) {
      size_t top, bottom;
      inside(ky, s.stride, s.padding, s.height, s.outHeight, &top, &bottom);
      for (size_t kx = 0; kx < s.kernel; kx++, columns += s.outHeight * s.outWidth) {
        size_t first, last;
        inside(kx, s.stride, s.padding, s.width, s.outWidth, &first, &last);
        memset(columns, 0, s.outWidth * top * sizeof(float));
        memset(columns + s.outWidth * bottom, 0,
               s.outWidth * (s.outHeight - bottom) * sizeof(float));
        for (size_t y = top; y < bottom; y++) {
          const float *in = image + (y * s.stride + ky - s.padding) * s.width;
          float *out = columns + y * s.outWidth;
          if (first > 0) memset(out, 0, first * sizeof(float));
          if (last < s.outWidth) memset(out + last, 0, (s.outWidth - last) * sizeof(float));
          if (first == last) continue;
          in += first * s.stride + kx - s.padding;
          if (s.stride == 1) {
            EACH_VECTOR(i, last - first, PUT(out + first + i, GET(in + i)););
          } else {
            for (size_t x = first; x < last; x++, in += s.stride) out[x] = *in;
          }
        }
      }
    }
  }
}

static void k_columns_to_image(ck_convolution_shape s, const float *columns, float *image) {
  for (size_t c = 0; c < s.channels; c++, image += s.height * s.width) {
    for (size_t ky = 0; ky < s.kernel; ky++) {
      size_t top, bottom;
      inside(ky, s.stride, s.padding, s.height, s.outHeight, &top, &bottom);
      for (size_t kx = 0; kx < s.kernel; kx++, columns += s.outHeight * s.outWidth) {
        size_t first, last;
        inside(kx, s.stride, s.padding, s.width, s.outWidth, &first, &last);
        if (first == last) continue;
        for (size_t y = top; y < bottom; y++) {
          float *out = image + (y * s.stride + ky - s.padding) * s.width;
          const float *in = columns + y * s.outWidth + first;
          out += first * s.stride + kx - s.padding;
          if (s.stride == 1) {
            k_add(out, in, out, last - first);
          } else {
            for (size_t x = first; x < last; x++, out += s.stride) *out += *in++;
          }
        }
      }
    }
  }
}
