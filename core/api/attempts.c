/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of fixed size, keyed by a digest with a secret seed: what an attacker invents pushes out
 * the oldest of eight others, not one that he could choose. Age is counted in uses: within one
 * millisecond a flood has many of them.
 */
#include "api/attempts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"

#define WINDOW_MS (60 * 1000LL)
#define WAIT_FIRST_MS 1000LL
#define WAIT_MOST_MS (60 * 1000LL)

enum { SETS = 128, WAYS = 8, DOUBLINGS_MAX = 10 };

struct entry {
    uint64_t key; /* 0: none */
    int64_t count;
    int64_t begun_ms, until_ms; /* until: not listened to; 0: it is */
    uint64_t used;              /* the use of the table that was its last */
};

struct rv_attempts {
    uint64_t seed;
    uint64_t uses;
    struct entry entries[SETS][WAYS];
};

struct rv_attempts *
rv_attempts_new(void)
{
    struct rv_attempts *attempts = rv_alloc(sizeof(*attempts));
    char seed[17];

    rv_random_hex(seed, 8);
    attempts->seed = rv_hash64(seed, 16, 0);
    return attempts;
}

void
rv_attempts_free(struct rv_attempts *attempts)
{
    free(attempts);
}

static uint64_t
key_of(const struct rv_attempts *attempts, char kind, const char *text)
{
    uint64_t key = rv_hash64(text, strlen(text), attempts->seed + (unsigned char)kind);

    return key ? key : 1;
}

/* What was long ago is forgotten: a count that led to nothing a minute after it began, a wait a
 * minute after it was over. */
static int
is_over(const struct entry *entry, int64_t now_ms)
{
    return now_ms - (entry->until_ms ? entry->until_ms : entry->begun_ms) > WINDOW_MS;
}

static const struct entry *
find(const struct rv_attempts *attempts, uint64_t key, int64_t now_ms)
{
    const struct entry *set = attempts->entries[key % SETS];

    for (int i = 0; i < WAYS; i++)
        if (set[i].key == key && !is_over(&set[i], now_ms))
            return &set[i];
    return NULL;
}

/* Its entry, begun anew when there was none. */
static struct entry *
take(struct rv_attempts *attempts, uint64_t key, int64_t now_ms)
{
    struct entry *set = attempts->entries[key % SETS], *oldest = set;

    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == key) {
            oldest = &set[i];
            break;
        }
        if (set[i].used < oldest->used)
            oldest = &set[i];
    }
    if (oldest->key != key || is_over(oldest, now_ms))
        *oldest = (struct entry){ .key = key, .begun_ms = now_ms };
    oldest->used = ++attempts->uses;
    return oldest;
}

static int64_t
count(struct entry *entry, int64_t most, int64_t now_ms)
{
    int64_t doublings = ++entry->count - most;

    if (doublings < 0)
        return 0;
    int64_t wait_ms = WAIT_FIRST_MS << (doublings > DOUBLINGS_MAX ? DOUBLINGS_MAX : doublings);
    if (wait_ms > WAIT_MOST_MS)
        wait_ms = WAIT_MOST_MS;
    entry->until_ms = now_ms + wait_ms;
    return wait_ms;
}

static int64_t
left_ms(const struct entry *entry, int64_t now_ms)
{
    return entry && entry->until_ms > now_ms ? entry->until_ms - now_ms : 0;
}

int64_t
rv_attempts_wait_ms(const struct rv_attempts *attempts, const char *userid, const char *address)
{
    int64_t now_ms = rv_monotonic_ms();
    const struct entry *from = find(attempts, key_of(attempts, 'a', address), now_ms);
    const struct entry *user = find(attempts, key_of(attempts, 'u', userid), now_ms);

    if (!from) /* nothing wrong came from there: whoever is to be kept out, it is not he */
        return 0;
    int64_t of_address = left_ms(from, now_ms), of_user = left_ms(user, now_ms);
    return of_address > of_user ? of_address : of_user;
}

int64_t
rv_attempts_failed(struct rv_attempts *attempts, const char *userid, const char *address,
                   int64_t most)
{
    int64_t now_ms = rv_monotonic_ms();

    if (most <= 0)
        return 0;
    int64_t from = count(take(attempts, key_of(attempts, 'a', address), now_ms), most, now_ms);
    int64_t user = count(take(attempts, key_of(attempts, 'u', userid), now_ms), most, now_ms);
    return from > user ? from : user;
}

/* As a socket for both families writes it. */
static const char *
without_mapping(const char *address)
{
    return strncmp(address, "::ffff:", 7) == 0 && strchr(address, '.') ? address + 7 : address;
}

int
rv_attempts_loopback(const char *peer)
{
    return strncmp(without_mapping(peer), "127.", 4) == 0 || strcmp(peer, "::1") == 0;
}

/* The last word of a list, which is what the nearest proxy has added. */
static int
last_of(char *out, size_t size, const char *list)
{
    const char *comma = strrchr(list, ',');
    const char *word = comma ? comma + 1 : list;

    word += strspn(word, " \t");
    size_t len = strcspn(word, " \t");
    if (len == 0 || len >= size)
        return 0;
    snprintf(out, size, "%.*s", (int)len, word);
    return 1;
}

void
rv_attempts_address(char out[64], const char *peer, const char *forwarded_for)
{
    char word[64];
    unsigned char bytes[16];

    peer = without_mapping(peer);
    if (!forwarded_for || !rv_attempts_loopback(peer) ||
        !last_of(word, sizeof(word), forwarded_for))
        snprintf(word, sizeof(word), "%s", peer);
    const char *plain = without_mapping(word);
    if (inet_pton(AF_INET6, plain, bytes) == 1) {
        memset(bytes + 8, 0, 8);
        inet_ntop(AF_INET6, bytes, out, 64);
    } else if (inet_pton(AF_INET, plain, bytes) == 1) {
        inet_ntop(AF_INET, bytes, out, 64);
    } else {
        snprintf(out, 64, "%s", peer); /* a name, or nonsense: then it is the proxy's doing */
    }
}
