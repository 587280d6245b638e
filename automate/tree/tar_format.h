/* SPDX-License-Identifier: Apache-2.0
 *
 * The head of a file in a tar archive (POSIX, ustar): texts that end where their field does,
 * numbers in octal.
 */
#ifndef RV_AE_TAR_FORMAT_H
#define RV_AE_TAR_FORMAT_H

#define TAR_BLOCK 512

struct tar_head {
    char name[100], mode[8], owner[8], group[8], size[12], time[12], checksum[8], type,
        link_name[100], magic[6], version[2], owner_name[32], group_name[32], major[8], minor[8],
        prefix[155], rest[12];
};

enum {
    TAR_FILE = '0',
    TAR_FILE_OLD = '\0',
    TAR_FILE_DENSE = '7',
    TAR_FOLDER = '5',
    TAR_MORE = 'x', /* of the next file: its name, when that is long */
    TAR_MORE_OF_ALL = 'g',
    TAR_LONG_NAME = 'L' /* GNU's */
};

/* The sum of the head's bytes, its own field taken as blanks. */
unsigned tar_checksum(const struct tar_head *head);

#endif
