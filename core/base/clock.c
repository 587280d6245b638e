/* SPDX-License-Identifier: Apache-2.0
 *
 * The clocks, and their stand-ins for tests.
 */
#include "base/clock.h"

#include <time.h>

#ifdef REEVE_TEST_HOOKS
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

static int is_fake;
static int64_t fake_ms;
static int64_t jump_ms; /* of the wall clock alone */

static int64_t
read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#ifdef REEVE_TEST_HOOKS
/* Milliseconds that the wall clock is wrong by: the first eight bytes of the file that
 * REEVE_TEST_CLOCK names, so that a test can make the clock of all processes jump while they run.
 */
static int64_t
wrong_ms(void)
{
    static const volatile int64_t *wrong;
    static int looked;
    const char *path = looked ? NULL : getenv("REEVE_TEST_CLOCK");
    looked = 1;
    if (path) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*wrong), PROT_READ, MAP_SHARED, fd, 0);
        wrong = map == MAP_FAILED ? NULL : map;
        if (fd >= 0)
            close(fd);
    }
    return wrong ? *wrong : 0;
}
#else
static int64_t
wrong_ms(void)
{
    return 0;
}
#endif

int64_t
rv_now_ms(void)
{
    return is_fake ? fake_ms + jump_ms : read_us(CLOCK_REALTIME) / 1000 + wrong_ms();
}

int64_t
rv_monotonic_ms(void)
{
    return is_fake ? fake_ms : read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t
rv_monotonic_us(void)
{
    return is_fake ? fake_ms * 1000 : read_us(CLOCK_MONOTONIC);
}

void
rv_clock_fake(int64_t unix_ms)
{
    is_fake = 1;
    fake_ms = unix_ms;
    jump_ms = 0;
}

void
rv_clock_advance(int64_t ms)
{
    fake_ms += ms;
}

void
rv_clock_jump(int64_t ms)
{
    jump_ms += ms;
}

int
rv_clock_is_fake(void)
{
    return is_fake;
}

void
rv_clock_real(void)
{
    is_fake = 0;
}
