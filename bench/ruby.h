/* SPDX-License-Identifier: Apache-2.0
 *
 * A method as ManageIQ runs it: a Ruby of its own for each call, which asks its parent for what it
 * wants to know. Asking costs a line each way through a pipe, which is less than DRb.
 */
#ifndef BENCH_RUBY_H
#define BENCH_RUBY_H

/* Runs the program once; answer gives the text of an attribute by its name. Ends the benchmark when
 * there is no Ruby, or it fails. Returns how many attributes were asked for. */
int bench_ruby_call(const char *program, const char *(*answer)(void *arg, const char *name),
                    void *arg);

#endif
