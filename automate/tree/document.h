/* SPDX-License-Identifier: Apache-2.0
 *
 * Definitions as YAML, a document each.
 */
#ifndef RV_AE_DOCUMENT_H
#define RV_AE_DOCUMENT_H

#include "tree/emit.h"
#include "tree/tree.h"

/* As a value in an open document, or as one. */
void rv_ae_emit_domain(struct rv_ae_emit *emit, const struct rv_ae_domain *domain);
void rv_ae_emit_namespace(struct rv_ae_emit *emit, const struct rv_ae_namespace *space);
void rv_ae_emit_class(struct rv_ae_emit *emit, const struct rv_ae_class *class);
void rv_ae_emit_instance(struct rv_ae_emit *emit, const struct rv_ae_instance *instance);
/* Without the text that lies in a file beside it. */
void rv_ae_emit_method(struct rv_ae_emit *emit, const struct rv_ae_method *method);
/* Whether a method's text lies in a file of its own. */
int rv_ae_has_body(const struct rv_ae_method *method);

#endif
