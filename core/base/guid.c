/* SPDX-License-Identifier: Apache-2.0
 *
 * UUIDs of version 4: 122 random bits.
 */
#include "base/guid.h"

#include <sodium.h>
#include <stdio.h>
#include "base/text.h"

void
rv_guid(char out[37])
{
    unsigned char bytes[16];
    randombytes_buf(bytes, sizeof(bytes));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char hex[33];
    rv_hex(hex, bytes, sizeof(bytes));
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}
