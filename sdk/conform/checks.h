/* SPDX-License-Identifier: Apache-2.0
 *
 * All checks. Each runs in a child of its own; its title is in checks.c.
 */
#ifndef CONFORM_CHECKS_H
#define CONFORM_CHECKS_H

#include "trial.h"

/* check_file.c */
void check_shared_object(struct trial *trial);
void check_one_symbol(struct trial *trial);
void check_needed_symbols(struct trial *trial);
void check_clean_image(struct trial *trial);
void check_prologue(struct trial *trial);
void check_loads(struct trial *trial);

/* check_tables.c */
void check_identity(struct trial *trial);
void check_options(struct trial *trial);
void check_secret_options(struct trial *trial);
void check_own_kinds(struct trial *trial);
void check_inventory_kinds(struct trial *trial);
void check_manifest(struct trial *trial);
void check_kinds_as_json(struct trial *trial);

/* check_abi.c */
void check_entry_without_host(struct trial *trial);
void check_sizes(struct trial *trial);
void check_newer_host(struct trial *trial);
void check_older_host(struct trial *trial);

/* check_options.c */
void check_missing_options(struct trial *trial);
void check_unknown_option(struct trial *trial);
void check_odd_values(struct trial *trial);

/* check_life.c */
void check_open_close(struct trial *trial);
void check_open_is_quiet(struct trial *trial);
void check_verify(struct trial *trial);
void check_close_after_failed_verify(struct trial *trial);
void check_two_instances(struct trial *trial);
void check_descriptors(struct trial *trial);
void check_memory(struct trial *trial);

/* check_inventory.c */
void check_refresh(struct trial *trial);
void check_taken(struct trial *trial);
void check_utf8(struct trial *trial);
void check_unique(struct trial *trial);
void check_children(struct trial *trial);
void check_links(struct trial *trial);
void check_complete(struct trial *trial);
void check_targeted(struct trial *trial);

/* check_steady.c */
void check_twice(struct trial *trial);
void check_new_connection(struct trial *trial);

/* check_watch.c */
void check_watch(struct trial *trial);
void check_watch_without_tokens(struct trial *trial);
void check_watch_strange_tokens(struct trial *trial);
void check_watch_failed_save(struct trial *trial);

/* check_events.c */
void check_event_types(struct trial *trial);
void check_events(struct trial *trial);
void check_events_again(struct trial *trial);
void check_events_strange_token(struct trial *trial);
void check_events_failed_save(struct trial *trial);
void check_cancelled_events(struct trial *trial);

/* check_faults.c */
void check_failed_save(struct trial *trial);
void check_lost_store(struct trial *trial);
void check_full_store(struct trial *trial);
void check_failed_checkpoint(struct trial *trial);
void check_failed_bounds(struct trial *trial);
void check_refused_object(struct trial *trial);
void check_no_memory(struct trial *trial);
void check_no_memory_in_open(struct trial *trial);

/* check_time.c */
void check_cancelled_verify(struct trial *trial);
void check_cancelled_refresh(struct trial *trial);
void check_cancelled_at_emit(struct trial *trial);
void check_past_deadline(struct trial *trial);
void check_cancelled_watch(struct trial *trial);
void check_watch_deadline(struct trial *trial);

/* check_secrets.c */
void check_given_secrets(struct trial *trial);
void check_canaries(struct trial *trial);

/* check_peers.c */
void check_silent_peer(struct trial *trial);
void check_closing_peer(struct trial *trial);
void check_failing_peer(struct trial *trial);
void check_garbage_peer(struct trial *trial);

#endif
