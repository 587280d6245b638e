/* SPDX-License-Identifier: Apache-2.0
 *
 * Single instances and methods are changed, without an import. All refuse what lies in a domain
 * that may not be changed (PERMISSION), or that the caller does not see (NOT_FOUND).
 */
#ifndef RV_DATASTORE_EDIT_H
#define RV_DATASTORE_EDIT_H

#include "datastore/datastore.h"

struct rv_ae_method_change { /* NULL: stays */
    const char *data;
    size_t data_len;
    const char *display_name, *description, *language, *location;
};
int rv_datastore_edit_method(const struct rv_datastore *ds, int64_t id,
                             const struct rv_ae_method_change *change, rv_err *err);

/* What an instance says of one field. value NULL: nothing any more, the field's own counts. */
struct rv_ae_said {
    const char *field, *value;
};
struct rv_ae_instance_change { /* NULL: stays */
    const char *display_name, *description;
    const struct rv_ae_said *said;
    size_t count;
};
int rv_datastore_edit_instance(const struct rv_datastore *ds, int64_t id,
                               const struct rv_ae_instance_change *change, rv_err *err);
/* CONFLICT when the class has one of that name. */
int rv_datastore_create_instance(const struct rv_datastore *ds, int64_t class_id, const char *name,
                                 const struct rv_ae_instance_change *change, int64_t *id,
                                 rv_err *err);
int rv_datastore_delete_instance(const struct rv_datastore *ds, int64_t id, rv_err *err);

#endif
