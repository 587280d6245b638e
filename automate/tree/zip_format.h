/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers of the zip format, for its reader and its writer.
 */
#ifndef RV_AE_ZIP_FORMAT_H
#define RV_AE_ZIP_FORMAT_H

#define ZIP_LOCAL_MAGIC 0x04034b50u
#define ZIP_CENTRAL_MAGIC 0x02014b50u
#define ZIP_END_MAGIC 0x06054b50u
#define ZIP_END64_MAGIC 0x06064b50u
#define ZIP_PLACE64_MAGIC 0x07064b50u

enum {
    ZIP_LOCAL_BYTES = 30,
    ZIP_CENTRAL_BYTES = 46,
    ZIP_END_BYTES = 22,
    ZIP_END64_BYTES = 56,
    ZIP_PLACE64_BYTES = 20, /* says where that is, and lies before ZIP_END */
    ZIP_MANY = 0xffff,      /* files, or more: see there */
    ZIP_NAME_MAX = 1024,    /* ours */
    ZIP_STORED = 0,
    ZIP_DEFLATED = 8,
    ZIP_FLAG_ENCRYPTED = 1,
    ZIP_FLAG_UTF8 = 1 << 11,
    ZIP_VERSION = 20,
    ZIP_VERSION64 = 45,
    ZIP_FIRST_DAY = 1 << 5 | 1, /* 1980-01-01, the first that it can say */
};

#endif
