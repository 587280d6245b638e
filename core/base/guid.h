/* SPDX-License-Identifier: Apache-2.0
 *
 * Random version-4 UUIDs.
 */
#ifndef RV_GUID_H
#define RV_GUID_H

void rv_guid(char out[37]);

#endif
