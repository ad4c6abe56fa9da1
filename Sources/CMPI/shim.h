// MPI's constants are macros with casts that Swift does not import, and differ between implementations; these few
// functions are what the package needs of them.
#ifndef CIRCADIAN_MPI_SHIM_H
#define CIRCADIAN_MPI_SHIM_H

#include <mpi.h>
#include <stdbool.h>

// Joins the group that the launcher started; any one thread at a time may communicate afterwards.
static inline bool circadian_mpi_start(int *rank, int *count) {
  int provided = MPI_THREAD_SINGLE;
  return MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) == MPI_SUCCESS &&
         provided >= MPI_THREAD_SERIALIZED && MPI_Comm_rank(MPI_COMM_WORLD, rank) == MPI_SUCCESS &&
         MPI_Comm_size(MPI_COMM_WORLD, count) == MPI_SUCCESS;
}

static inline void circadian_mpi_stop(void) { MPI_Finalize(); }

static inline void circadian_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }


// Words of `width` bytes, 1, 2 or 4.
static inline MPI_Datatype circadian_mpi_word(int width) {
  return width == 4 ? MPI_UINT32_T : width == 2 ? MPI_UINT16_T : MPI_UINT8_T;
}

static inline bool circadian_mpi_exchange(
    const void *parts, const int *sent, const int *sentAt, void *received, const int *counts,
    const int *countsAt, int width) {
  return MPI_Alltoallv(parts, sent, sentAt, circadian_mpi_word(width), received, counts, countsAt,
                       circadian_mpi_word(width), MPI_COMM_WORLD) == MPI_SUCCESS;
}

static inline bool circadian_mpi_gather(
    const void *own, int count, void *received, const int *counts, const int *countsAt, int width) {
  return MPI_Allgatherv(own, count, circadian_mpi_word(width), received, counts, countsAt,
                        circadian_mpi_word(width), MPI_COMM_WORLD) == MPI_SUCCESS;
}

#endif
