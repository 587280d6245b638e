/* SPDX-License-Identifier: Apache-2.0
 *
 * The version of the provider interface. A host refuses a module of another
 * major; a module of an older minor loads, what it lacks is absent.
 */
#ifndef REEVE_VERSION_H
#define REEVE_VERSION_H

#define REEVE_ABI_MAGIC 0x52454556u /* "REEV" */
#define REEVE_ABI_MAJOR 1
#define REEVE_ABI_MINOR 3
#define REEVE_SDK_VERSION "0.1.0"

#endif
