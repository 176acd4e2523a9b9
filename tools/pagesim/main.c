/* SPDX-License-Identifier: MIT */
/* pagesim: plays page reference traces against policies.
 *
 *      pagesim [OPTION...] FRAMES[%] POLICY...   < TRACE
 *      pagesim --pack                            < TRACE > BINARY
 *
 * One line a run: "POLICY FRAMES faults first fetched reads evicted written microseconds".  FRAMES
 * may be several, with commas between.  Options: --unmap, --pager, --ahead=N (sim.h). */
#include "sim.h"
#include <stdlib.h>
#include <string.h>

const struct policy *const all_policies[] = {
    &opt_policy, &lru_policy, &clock_policy, &fifo_policy, &mru_policy, &random_policy,
    &twoq_policy, &arc_policy, &rule_policy, NULL,
};

const struct policy *policy_find(const char *name)
{
    size_t length = strcspn(name, ":");
    for (const struct policy *const *p = all_policies; *p; p++)
        if (strlen((*p)->name) == length && !strncmp((*p)->name, name, length))
            return *p;
    return NULL;
}

static void usage(void)
{
    fprintf(stderr, "usage: pagesim [--unmap] [--pager] [--ahead=N] FRAMES[%%],... POLICY...\n"
                    "       pagesim --pack\n"
                    "with a trace on the standard input; policies:\n");
    for (const struct policy *const *p = all_policies; *p; p++)
        fprintf(stderr, "  %-7s %s\n", (*p)->name, (*p)->text);
    exit(2);
}

/* The words behind the name: "rule:1:8" has two.  Classes are digits: 12 means 1 and 2. */
static void read_parameters(struct sim *s, const char *text)
{
    bool classes = !strncmp(text, "rule", 4);
    for (unsigned i = 0; i < 4 && (text = strchr(text, ':')); i++) {
        text++;
        if (!classes || i) {
            s->parameter[i] = (uint32_t)strtoul(text, NULL, 10);
            continue;
        }
        for (const char *c = text; *c >= '0' && *c <= '9'; c++)
            s->parameter[i] |= 1u << (*c - '0');
    }
}

/* So many pages, or percent of the trace's, rounded up; 0: makes no sense. */
static uint32_t frames_of(const char *text, const struct trace *t)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*end == '%')
        n = (unsigned long)(((uint64_t)t->pages * n + 99) / 100);
    return n < 1u << 30 ? (uint32_t)n : 0;
}

static void run(const struct trace *t, const struct sim *how, const char *policy,
                const char *frames)
{
    struct sim s = *how;
    const struct policy *p = policy_find(policy);
    uint32_t n = frames_of(frames, t);
    if (!p || !n)
        usage();
    if ((s.pager && p->by_use) || (s.ahead && (p == &arc_policy || p == &opt_policy))) {
        fprintf(stderr, "pagesim: %s does not go with %s\n", p->name,
                s.pager ? "--pager" : "--ahead");
        exit(2);
    }
    read_parameters(&s, policy);
    sim_run(&s, t, p, n);
    const struct counts *c = &s.counts;
    printf("%s %u %u %u %u %u %u %u %llu\n", policy, n, c->faults, c->first, c->fetched, c->reads,
           c->evicted, c->written, (unsigned long long)c->microseconds);
}

int main(int argc, char **argv)
{
    struct trace t;
    struct sim how = {0};
    int i = 1;
    if (argc == 2 && !strcmp(argv[1], "--pack")) {
        trace_read(&t, stdin);
        trace_pack(&t, stdout);
        return fflush(stdout) || ferror(stdout);
    }
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (!strcmp(argv[i], "--unmap"))
            how.unmap = true;
        else if (!strcmp(argv[i], "--pager"))
            how.pager = true;
        else if (!strncmp(argv[i], "--ahead=", 8))
            how.ahead = (uint32_t)strtoul(argv[i] + 8, NULL, 10);
        else
            usage();
    }
    if (argc - i < 2)
        usage();
    trace_read(&t, stdin);
    for (char *frames = strtok(argv[i], ","); frames; frames = strtok(NULL, ","))
        for (int p = i + 1; p < argc; p++)
            run(&t, &how, argv[p], frames);
    return 0;
}
