/* SPDX-License-Identifier: Apache-2.0
 *
 * From the children's reports to lines of TAP. What a report holds was written
 * by a process that a broken module may have scribbled over: it is read with bounds.
 */
#include "runner.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "child.h"
#include "trial.h"
#include "base/clock.h"
#include "base/text.h"

enum { HANGS_MAX = 4, OUTPUT_LINES = 15, BUSY_MS = 250, DOUBTS_MAX = 3 };

struct tally {
    int number, passed, failed, skipped, wanting, hangs;
    int said[CAUSES]; /* number of the check that did; 0: none */
};

struct job {
    const struct conform *conform;
    const struct check *check;
    struct report *report;
};

static void
run_check(void *arg)
{
    struct job *job = arg;
    struct trial trial = { .conform = job->conform, .check = job->check, .report = job->report };
    trial_run(&trial);
    /* The way out has its limit as well. */
    snprintf(job->report->overdue, sizeof(job->report->overdue), "the process did not end");
}

/* Every line of a text, behind "#   "; control characters and bad bytes as '?'. */
static void
print_lines(const char *text, size_t len, int most)
{
    RV_AUTO_BUF
    rv_buf clean = rv_buf_limited(3 * len + 16);
    rv_utf8_clean(&clean, text, strnlen(text, len));
    const char *at = rv_buf_text(&clean);
    for (int lines = 0; *at && lines < most; lines++) {
        size_t line = strcspn(at, "\n");
        printf("#   ");
        for (size_t i = 0; i < line; i++)
            putchar((unsigned char)at[i] < ' ' && at[i] != '\t' ? '?' : at[i]);
        putchar('\n');
        at += line + (at[line] == '\n');
    }
    if (*at)
        printf("#   ...\n");
}

/* The beginning, where a sanitizer says what it found, and the end. */
static void
print_output(const struct ending *ending)
{
    const char *text = rv_buf_text(&ending->output), *end = text + ending->output.len;
    if (ending->output.len == 0)
        return;
    printf("#   its output:\n");
    const char *rest = text;
    for (int i = 0; i < OUTPUT_LINES && *rest; i++)
        rest += strcspn(rest, "\n") + (strchr(rest, '\n') != NULL);
    print_lines(text, (size_t)(rest - text), OUTPUT_LINES);
    const char *last = end;
    for (int lines = 0; last > rest && lines <= OUTPUT_LINES; lines += last[-1] == '\n')
        last--;
    if (last > rest)
        printf("#   ...\n");
    print_lines(last, (size_t)(end - last), OUTPUT_LINES + 1);
}

static const char *
in_callback(const struct report *report)
{
    static char text[CALLBACK_BYTES + 16];
    if (report->callback[0] == '\0')
        return "";
    snprintf(text, sizeof(text), " in callback %.*s", CALLBACK_BYTES, report->callback);
    return text;
}

static void
print_advice(FILE *to, const char *advice)
{
    fprintf(to, "#   to do: %s\n", advice);
}

/* Its time ran out while it emitted, or waited as it should: it may be honest and slow. */
static int
is_slow(const struct report *report)
{
    return report->until_ms > 0 && !report->told &&
           (report->waiting || report->until_ms - report->busy_ms <= BUSY_MS);
}

static void
print_overdue(FILE *to, const struct report *report)
{
    if (is_slow(report)) {
        fprintf(to, "#   %.160s, %lld objects so far\n", report->overdue, (long long)report->emits);
        print_advice(to, "raise --timeout, or ask the system for larger pages");
    } else {
        fprintf(to, "#   %.160s\n", report->overdue);
        print_advice(to, "let every wait go through reeve_wait, reeve_sleep or the HTTP helpers; a "
                         "worker that does not come back is killed");
    }
}

/* How the child ended, when that is not as it should; 0: all is well. */
static int
print_ending(FILE *to, const struct report *report, const struct ending *ending)
{
    const char *in = in_callback(report);
    int number = report->fault                 ? report->fault
                 : WIFSIGNALED(ending->status) ? WTERMSIG(ending->status)
                                               : 0;
    if (ending->overdue) {
        print_overdue(to, report);
    } else if (number) {
        fprintf(to, "#   ended by signal %d (%s)%s\n", number, strsignal(number), in);
        print_advice(to, "run it under a debugger, or build the module with -fsanitize=address");
    } else if (WEXITSTATUS(ending->status) && report->ended) {
        fprintf(to, "#   what ran beside it (a sanitizer, valgrind) found something: status %d\n",
                WEXITSTATUS(ending->status));
    } else if (!report->ended) {
        fprintf(to, "#   ended with status %d%s\n", WEXITSTATUS(ending->status), in);
        print_advice(to, "a module must not call exit; if it does not, a sanitizer ended it");
    } else {
        return 0;
    }
    return -1;
}

static void
print_failure(const struct conform *conform, const struct report *report,
              const struct ending *ending, struct tally *tally)
{
    static const char *const words[CAUSES] = { "", "the module does not load", "refresh fails" };
    int cause = report->cause;
    if (cause > CAUSE_NONE && cause < CAUSES && tally->said[cause]) {
        printf("#   %s: see %d\n", words[cause], tally->said[cause]);
        return;
    }
    if (cause > CAUSE_NONE && cause < CAUSES)
        tally->said[cause] = tally->number;
    print_lines(report->text, sizeof(report->text), 200);
    if (report->unsaid > 0)
        printf("#   and %d more\n", report->unsaid);
    if (report->advice[0])
        print_advice(stdout, report->advice);
    if (print_ending(stdout, report, ending) < 0 || conform->verbose)
        print_output(ending);
}

static void
print_title(const char *verdict, int number, const struct check *check)
{
    printf("%s %d - %s: %s", verdict, number, check->group, check->title);
}

static void
print_result(const struct conform *conform, const struct check *check, const struct report *report,
             const struct ending *ending, struct tally *tally)
{
    int clean = report->ended && !ending->overdue && WIFEXITED(ending->status) &&
                WEXITSTATUS(ending->status) == 0;
    tally->hangs += ending->overdue;
    if (clean && report->verdict == VERDICT_SKIPPED) {
        tally->skipped++;
        tally->wanting += report->wanting != 0;
        print_title("ok", tally->number, check);
        printf(" # SKIP %.200s\n", report->remark);
    } else if (clean && report->verdict == VERDICT_PASSED) {
        tally->passed++;
        print_title("ok", tally->number, check);
        printf(report->remark[0] ? " (%.200s)\n" : "\n", report->remark);
        if (conform->verbose)
            print_output(ending);
    } else {
        tally->failed++;
        print_title("not ok", tally->number, check);
        putchar('\n');
        print_failure(conform, report, ending, tally);
    }
    fflush(stdout);
}

static struct report *
new_report(rv_err *err)
{
    void *memory = mmap(NULL, sizeof(struct report), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        rv_fail_errno(err, "memory for a report");
    return memory == MAP_FAILED ? NULL : memory;
}

/* The texts end somewhere, whatever a module wrote there. */
static void
bound(struct report *report)
{
    report->callback[sizeof(report->callback) - 1] = '\0';
    report->overdue[sizeof(report->overdue) - 1] = '\0';
    report->remark[sizeof(report->remark) - 1] = '\0';
    report->advice[sizeof(report->advice) - 1] = '\0';
    report->text[sizeof(report->text) - 1] = '\0';
}

static int
is_doubtful(const struct report *report, const struct ending *ending)
{
    return report->doubtful && report->ended && !ending->overdue &&
           report->verdict == VERDICT_FAILED;
}

/* Again, when what it found may have been a change of the system. */
static int
run_until_sure(struct job *job, struct ending *ending, rv_err *err)
{
    for (int tries = 1;; tries++) {
        int rc = child_run(ending, job->report, run_check, job, 0, err);
        if (rc < 0)
            return rc;
        if (tries == DOUBTS_MAX || !is_doubtful(job->report, ending))
            return 0;
        child_free(ending);
        struct lost lost = job->report->lost;
        memset(job->report, 0, sizeof(*job->report));
        job->report->lost = lost;
    }
}

static int
run_one(const struct conform *conform, const struct check *check, struct tally *tally, rv_err *err)
{
    struct report *report = new_report(err);
    if (report == NULL)
        return err->code;
    struct job job = { .conform = conform, .check = check, .report = report };
    struct ending ending;
    tally->number++;
    int rc = run_until_sure(&job, &ending, err);
    if (rc == 0) {
        bound(report);
        print_result(conform, check, report, &ending, tally);
        child_free(&ending);
    }
    munmap(report, sizeof(*report));
    return rc;
}

static int
is_asked_for(const struct conform *conform, const struct check *check)
{
    int in_group = conform->group_count == 0, in_title = conform->check_count == 0;
    for (int i = 0; i < conform->group_count; i++)
        in_group |= strcmp(conform->groups[i], check->group) == 0;
    for (int i = 0; i < conform->check_count; i++)
        in_title |= strstr(check->title, conform->checks[i]) != NULL;
    return in_group && in_title;
}

static void
print_sum(const struct tally *tally, int64_t took_ms)
{
    printf("# %d passed, %d failed, %d skipped in %.1f s\n", tally->passed, tally->failed,
           tally->skipped, (double)took_ms / 1000);
    if (tally->wanting)
        printf("# skipped checks need a system to talk to: name it with --option NAME=VALUE\n");
}

int
runner_run(const struct conform *conform)
{
    struct tally tally = { 0 };
    rv_err err = RV_ERR_INIT;
    int planned = 0;
    int64_t started_ms = rv_monotonic_ms();
    for (const struct check *check = conform_checks; check->group; check++)
        planned += is_asked_for(conform, check);
    printf("TAP version 13\n1..%d\n", planned);
    for (const struct check *check = conform_checks; check->group; check++) {
        if (!is_asked_for(conform, check))
            continue;
        if (run_one(conform, check, &tally, &err) < 0) {
            printf("Bail out! %s\n", err.text);
            return 2;
        }
        if (tally.hangs == HANGS_MAX) {
            printf("Bail out! %d checks did not return; mend these first\n", tally.hangs);
            return 1;
        }
    }
    print_sum(&tally, rv_monotonic_ms() - started_ms);
    return tally.failed ? 1 : 0;
}

static void
describe(void *arg)
{
    struct job *job = arg;
    struct trial trial = { .conform = job->conform, .check = job->check, .report = job->report };
    trial_run(&trial);
}

static void
print_manifest(struct trial *trial)
{
    RV_AUTO_JSON cJSON *manifest = rv_module_describe(trial->module);
    char *text = cJSON_Print(manifest);
    printf("%s\n", text ? text : "{}");
    cJSON_free(text);
}

int
runner_describe(const struct conform *conform)
{
    static const struct check check = { "describe", "", NEED_MODULE, print_manifest };
    rv_err err = RV_ERR_INIT;
    struct report *report = new_report(&err);
    struct job job = { .conform = conform, .check = &check, .report = report };
    struct ending ending;
    if (report == NULL || child_run(&ending, report, describe, &job, 1, &err) < 0) {
        fprintf(stderr, "reeve-conform: %s\n", err.text);
        return 2;
    }
    bound(report);
    int good = report->verdict == VERDICT_PASSED && WIFEXITED(ending.status) &&
               WEXITSTATUS(ending.status) == 0;
    if (!good) {
        fprintf(stderr, "reeve-conform: '%s' cannot be described\n%s", conform->path, report->text);
        print_ending(stderr, report, &ending);
        fprintf(stderr, "%s", rv_buf_text(&ending.output));
    }
    child_free(&ending);
    munmap(report, sizeof(*report));
    return good ? 0 : 1;
}
