/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that a provider needs. The manual is docs/writing-a-provider.md.
 */
#ifndef REEVE_REEVE_H
#define REEVE_REEVE_H

#include "reeve/provider.h"
#include "reeve/host.h"
#include "reeve/http.h"
#include "reeve/json.h"
#include "reeve/paging.h"
#include "reeve/retry.h"

#endif
