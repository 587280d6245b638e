/* SPDX-License-Identifier: Apache-2.0
 *
 * See hand.h.
 */
#include "queue/hand.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"

/* A hand is worth this much work; acknowledged at the latest after that; and so many runs of a
 * command are seen before it is believed to be quick. */
enum { HAND_US = 40000, ACKNOWLEDGE_MS = 50, RUNS = 3, SHARE = 8 };

static int
is_last(const struct rv_hand *hand, const char *class_name, const char *method_name)
{
    return strcmp(hand->class_name, class_name) == 0 && strcmp(hand->method_name, method_name) == 0;
}

int
rv_hand_size(const struct rv_hand *hand, const char *class_name, const char *method_name, int most)
{
    if (hand->runs < RUNS || !is_last(hand, class_name, method_name))
        return 1;
    int64_t size = HAND_US / (hand->average_us > 0 ? hand->average_us : 1);
    if (most > RV_HAND_MOST)
        most = RV_HAND_MOST;
    if (size >= most)
        return most;
    /* Few different sizes: each is a statement of its own, which the store keeps. */
    int rounded = 1;
    while (rounded * 2 <= size)
        rounded *= 2;
    return rounded;
}

void
rv_hand_learn(struct rv_hand *hand, const struct rv_message *message, int64_t took_us)
{
    if (!is_last(hand, message->class_name, message->method_name)) {
        snprintf(hand->class_name, sizeof(hand->class_name), "%s", message->class_name);
        snprintf(hand->method_name, sizeof(hand->method_name), "%s", message->method_name);
        hand->runs = 0;
    }
    if (hand->runs++ == 0)
        hand->average_us = took_us;
    else /* a long one is believed at once, a short one bit by bit */
        hand->average_us = took_us > hand->average_us
                               ? took_us
                               : (hand->average_us * (SHARE - 1) + took_us) / SHARE;
}

struct rv_message *
rv_hand_next(struct rv_hand *hand)
{
    return hand->next < hand->count ? hand->waiting[hand->next++] : NULL;
}

void
rv_hand_keep(struct rv_hand *hand, struct rv_message *message)
{
    RV_ASSERT(hand->ended_count < RV_HAND_MOST);
    if (hand->ended_count == 0)
        hand->first_ended_ms = rv_monotonic_ms();
    hand->ended[hand->ended_count++] = message;
}

int
rv_hand_is_due(const struct rv_hand *hand)
{
    return hand->ended_count > 0 &&
           (hand->next == hand->count || hand->ended_count == RV_HAND_MOST ||
            rv_monotonic_ms() - hand->first_ended_ms >= ACKNOWLEDGE_MS);
}

static void
free_ended(struct rv_hand *hand)
{
    while (hand->ended_count > 0)
        rv_message_free(hand->ended[--hand->ended_count]);
}

static void
free_waiting(struct rv_hand *hand)
{
    while (hand->next < hand->count)
        rv_message_free(hand->waiting[hand->next++]);
}

int
rv_hand_acknowledge(struct rv_hand *hand, struct rv_store *store, int64_t holder, rv_err *err)
{
    if (hand->ended_count == 0)
        return 0;
    int failed = rv_queue_done_some(store, hand->ended, hand->ended_count, holder, err);
    if (!failed || failed == RV_E_STALE)
        free_ended(hand);
    return failed;
}

int
rv_hand_give_back(struct rv_hand *hand, struct rv_store *store, int64_t holder, rv_err *err)
{
    int count = hand->count - hand->next;
    if (count == 0)
        return 0;
    if (rv_queue_give_back_some(store, hand->waiting + hand->next, count, holder, err))
        return err->code;
    free_waiting(hand);
    return count;
}

void
rv_hand_drop(struct rv_hand *hand)
{
    free_ended(hand);
    free_waiting(hand);
}
