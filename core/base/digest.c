/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests for keys and contents: XXH3. Quick and well spread, not secret.
 */
#include "base/text.h"

#include <xxhash.h>

struct rv_digest
rv_digest_of(const void *bytes, size_t len)
{
    XXH128_hash_t hash = XXH3_128bits(bytes, len);
    return (struct rv_digest){ .low = hash.low64, .high = hash.high64 };
}

uint64_t
rv_hash64(const void *bytes, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, len, seed);
}
