/* Loaded before the C library: the time of day as this machine has it, plus the seconds in the file $CLOCK_JUMP. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile long long *jump;

__attribute__((constructor)) static void begin(void) {
  int file = open(getenv("CLOCK_JUMP"), O_RDONLY);
  void *page = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *jump, PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) abort();
  jump = page;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && jump) time->tv_sec += *jump;
  return result;
}
