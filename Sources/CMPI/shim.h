// MPI's constants are macros with casts that Swift does not import, and differ between implementations; these few
// functions are what the package needs of them.
#ifndef CIRCADIAN_MPI_SHIM_H
#define CIRCADIAN_MPI_SHIM_H

#include <mpi.h>
#include <stdbool.h>
#include <time.h>

// Joins the group that the launcher started; any one thread at a time may communicate afterwards.
static inline bool circadian_mpi_start(int *rank, int *count) {
  // For what was told and has not been heard: some thousand numbers with what MPI keeps beside each.
  static char buffer[1 << 20];
  int provided = MPI_THREAD_SINGLE;
  return MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided) == MPI_SUCCESS &&
         provided >= MPI_THREAD_SERIALIZED && MPI_Comm_rank(MPI_COMM_WORLD, rank) == MPI_SUCCESS &&
         MPI_Comm_size(MPI_COMM_WORLD, count) == MPI_SUCCESS &&
         MPI_Buffer_attach(buffer, sizeof buffer) == MPI_SUCCESS;
}

static inline void circadian_mpi_stop(void) { MPI_Finalize(); }

static inline void circadian_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

// Words of `width` bytes, 1, 2 or 4.
static inline MPI_Datatype circadian_mpi_word(int width) {
  return width == 4 ? MPI_UINT32_T : width == 2 ? MPI_UINT16_T : MPI_UINT8_T;
}

// Leaves the processor to those who compute meanwhile: waiting inside the library takes a core.
static inline bool circadian_mpi_exchange(
    const void *parts, const int *sent, const int *sentAt, void *received, const int *counts,
    const int *countsAt, int width) {
  MPI_Request request;
  if (MPI_Ialltoallv(parts, sent, sentAt, circadian_mpi_word(width), received, counts, countsAt,
                     circadian_mpi_word(width), MPI_COMM_WORLD, &request) != MPI_SUCCESS) {
    return false;
  }
  const struct timespec pause = {0, 50000};
  for (int isDone = 0; !isDone;) {
    if (MPI_Test(&request, &isDone, MPI_STATUS_IGNORE) != MPI_SUCCESS) return false;
    if (!isDone) nanosleep(&pause, NULL);
  }
  return true;
}

// Sends a number to the first rank, and does not wait for it.
static inline bool circadian_mpi_tell(int number) {
  return MPI_Bsend(&number, 1, MPI_INT, 0, 0, MPI_COMM_WORLD) == MPI_SUCCESS;
}

// The next number that has arrived; below 0 where none has.
static inline int circadian_mpi_heard(void) {
  int isThere = 0, number = -1;
  if (MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &isThere, MPI_STATUS_IGNORE) != MPI_SUCCESS || !isThere) {
    return -1;
  }
  MPI_Recv(&number, 1, MPI_INT, MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return number;
}

static inline bool circadian_mpi_gather(
    const void *own, int count, void *received, const int *counts, const int *countsAt, int width) {
  return MPI_Allgatherv(own, count, circadian_mpi_word(width), received, counts, countsAt,
                        circadian_mpi_word(width), MPI_COMM_WORLD) == MPI_SUCCESS;
}

#endif
