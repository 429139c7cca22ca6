/* A disk whose sync takes longer: loaded before the C library, it sleeps in every sync.
   SYNC_DELAY_MICROSECONDS says how long. Built and used by bench/slow_disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slow(const char *name, int file) {
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *delay = getenv("SYNC_DELAY_MICROSECONDS");
    if (delay) usleep((useconds_t)atoi(delay));
    return sync(file);
}

int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
