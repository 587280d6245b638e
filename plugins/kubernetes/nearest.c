/* SPDX-License-Identifier: Apache-2.0
 *
 * Levenshtein's distance between short names, for error texts.
 */
#include "nearest.h"

#include <string.h>

#define MAX_LENGTH 63

static int
smallest(int a, int b, int c)
{
    int least = a < b ? a : b;

    return least < c ? least : c;
}

int
kube_distance(const char *a, const char *b, int limit)
{
    int row[MAX_LENGTH + 1], a_len = (int)strnlen(a, MAX_LENGTH + 1);
    int b_len = (int)strnlen(b, MAX_LENGTH + 1);

    if (a_len > MAX_LENGTH || b_len > MAX_LENGTH)
        return limit + 1;
    for (int j = 0; j <= b_len; j++)
        row[j] = j;
    for (int i = 1; i <= a_len; i++) {
        int diagonal = row[0];

        row[0] = i;
        for (int j = 1; j <= b_len; j++) {
            int above = row[j];

            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_len] > limit ? limit + 1 : row[b_len];
}
