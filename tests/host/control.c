/* SPDX-License-Identifier: MIT */
/* links: lib/shell/control.c lib/shell/words.c lib/shell/pattern.c lib/shell/variables.c lib/shell/arithmetic.c */
/* The shell's language: what is obeyed, in which order, and what is wrong with a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/shell/control.h"
#include "tests/host/no_files.h"
#include "lib/shell/variables.h"

static char said[4096];         /* the words of all `say`, with blanks behind them */
static unsigned obeyed, patience;

static void obey(const struct words *w)
{
    const char *problem;
    obeyed++;
    if (variables_assign(w->word[0], &problem)) {
        variables_set_status(0);
        return;
    }
    if (!strcmp(w->word[0], "say")) {
        for (size_t i = 1; i < w->count; i++) {
            strncat(said, w->word[i], sizeof said - strlen(said) - 1);
            strncat(said, " ", sizeof said - strlen(said) - 1);
        }
    }
    /* "is A B": are they the same? */
    bool same = !strcmp(w->word[0], "is") && !strcmp(w->word[1], w->word[2]);
    variables_set_status(!strcmp(w->word[0], "say") || !strcmp(w->word[0], "true") || same ? 0
                         : !strcmp(w->word[0], "seven") ? 7 : 1);
}

static const char *pipeline(const char *text, bool obeys, enum words_end *end, const char **rest)
{
    struct words w;
    const char *mistake = obeys ? words_split(&w, text) : words_skip(&w, text);
    *end = w.end;
    *rest = w.rest;
    if (!mistake && obeys && w.count > 0)
        obey(&w);
    return mistake;
}

static bool interrupted(void)
{
    return patience && obeyed >= patience;
}

static struct control_mistake mistake;

static enum control_result run(const char *text)
{
    static const struct control_calls calls = { pipeline, interrupted };
    *said = '\0';
    obeyed = patience = 0;
    variables_set_status(0);
    return control_run(text, &calls, &mistake);
}

#define SAYS(text, words)                                                                          \
    do {                                                                                           \
        assert_int_equal(run(text), CONTROL_DONE);                                                 \
        assert_string_equal(said, words);                                                          \
    } while (0)

static void status_is(const char *status)
{
    assert_string_equal(variables_get("?", 1), status);
}

static void an_if_obeys_one_of_its_branches(void **state)
{
    (void) state;
    SAYS("if true; then say a; else say b; fi; say c", "a c ");
    SAYS("if false\nthen\n  say a\nelse\n  say b\nfi\nsay c\n", "b c ");
    SAYS("if false; then say a; elif true; then say b; elif true; then say c; else say d; fi", "b ");
    SAYS("if true; then say a; elif true; then say b; fi", "a ");
    SAYS("if false; then say a; elif false; then say b; fi", "");
    status_is("0");
    SAYS("if true; then seven; fi", "");
    status_is("7");
    SAYS("if say x; false; then say a; fi", "x ");
    SAYS("if false; then if true; then say a; else say b; fi; else say c; fi", "c ");
    SAYS("if ! false; then say a; fi", "a ");
}

static void and_and_or_look_at_the_status(void **state)
{
    (void) state;
    SAYS("true && say a || say b", "a ");
    SAYS("false && say a || say b", "b ");
    SAYS("false || false || say c && say d", "c d ");
    SAYS("true || say a; say b", "b ");
    SAYS("seven && say a", "");
    status_is("7");
    SAYS("false && if true; then say a; fi || say b", "b ");
    SAYS("if true; then false; fi || say a", "a ");
    SAYS("true &&\n\n # now\n say a", "a ");
    SAYS("! true || say a; ! false && say b; ! ! true && say c", "a b c ");
}

static void loops_go_round(void **state)
{
    (void) state;
    SAYS("for i in 1 2 3; do say $i; done; say end $i", "1 2 3 end 3 ");
    SAYS("for i in; do say $i; done; say end", "end ");
    SAYS("for i in 1 2; do for j in a b; do say $i$j; done; done", "1a 1b 2a 2b ");
    SAYS("x=; while ! is $x aaa; do x=a$x; say $x; done", "a aa aaa ");
    SAYS("x=; until is $x aa; do x=a$x; done; say $x", "aa ");
    SAYS("i=0; while ! is $i 3; do i=$((i + 1)); say $i; done", "1 2 3 ");
    SAYS("while false; do say a; done", "");
    status_is("0");
    SAYS("for i in 1 2; do seven; done", "");
    status_is("7");
    SAYS("list='1 2'; for i in $list \"$list\"; do say $i,; done", "1 2, 1 2, ");
    SAYS("if false; then for i in 1 2; do say $i; done; fi; say z", "z ");
    SAYS("for i in 1 2 # comment\ndo # more\nsay $i\ndone # end\nsay z", "1 2 z ");
}

static void break_and_continue_are_for_the_innermost_loop(void **state)
{
    (void) state;
    SAYS("for i in 1 2 3; do if is $i 2; then break; fi; say $i; done; say end", "1 end ");
    SAYS("for i in 1 2 3; do if is $i 2; then continue; else say x; fi; say $i; done", "x 1 x 3 ");
    SAYS("for i in 1 2; do for j in a b; do is $j b && break; say $i$j; done; say $i; done",
         "1a 1 2a 2 ");
    SAYS("while true; do if true; then if true; then break; say no; elif true; then say no; fi; "
         "say no; fi; done; say end", "end ");
    SAYS("while true; do false && break; break; done && say end", "end ");
    SAYS("x=; while ! is $x aaa; do x=a$x; continue; say no; done; say $x", "aaa ");
}

static void a_text_that_is_not_finished_obeys_nothing(void **state)
{
    (void) state;
    static const char *const open[] = {
        "if say a", "if true; then say a", "if true; then say a; else", "while true; do say a;",
        "for i in 1 2", "say a; for i in 1 2; do", "while true; do if true; then say a; fi",
    };
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        assert_int_equal(run(open[i]), CONTROL_OPEN);
        assert_int_equal(obeyed, 0);
    }
}

static void mistakes_name_their_place_and_obey_nothing(void **state)
{
    (void) state;
    static const struct { const char *text, *what, *at; } wrong[] = {
        { "say a; then say b", "`then` stands without", "then say b" },
        { "say a\nfi", "`fi` stands without", "fi" },
        { "if true; fi", "`fi` stands without", "fi" },
        { "if true; then say a; else say b; else say c; fi", "`else` and `elif`", "else say c" },
        { "if; then say a; fi", "nothing stands before the ;", ";" },
        { "if true; then fi", "no command stands before", "fi" },
        { "if true; then say a; else fi", "no command stands before", "fi" },
        { "while do say a; done", "no command stands before", "do say a" },
        { "while true; do done", "no command stands before", "done" },
        { "while true; say a; done", "`done` stands without", "done" },
        { "do say a", "`do` stands without", "do say a" },
        { "for 1 in a; do say a; done", "a variable's name", "1 in a" },
        { "for i; do say a; done", "`in` belongs", "; do" },
        { "for i into a; do say a; done", "`in` belongs", "into a" },
        { "for i in a | b; do say a; done", "only words belong", "a | b" },
        { "for i in a > b; do say a; done", "only words belong", "a > b" },
        { "for i in a; say a; done", "`do` belongs", "say a" },
        { "break", "stands outside of a loop", "break" },
        { "while break; do say a; done", "stands outside of a loop", "break" },
        { "while true; do break say; done", "only ; && ||", "break say" },
        { "if true; then say a; fi | b", "only ; && ||", "fi | b" },
        { "say a &&", "a command is missing", "say a" },
        { "say a || ; say b", "nothing stands before the ;", "; say b" },
        { "if true; then say a; fi &&", "a command is missing", "fi" },
        { "!", "a command is missing", "!" },
        { "! if true; then say a; fi", "only a plain command", "if true" },
        { "say a; say 'b", "a quote is not closed", "say 'b" },
        { "if true; then say a; done", "`done` stands without", "done" },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(run(wrong[i].text), CONTROL_WRONG);
        if (!strstr(mistake.what, wrong[i].what) ||
            strncmp(mistake.at, wrong[i].at, strlen(wrong[i].at)))
            fail_msg("%s: %s, at %s", wrong[i].text, mistake.what, mistake.at);
        assert_int_equal(obeyed, 0);
    }
}

static void depth_has_a_limit(void **state)
{
    (void) state;
    char text[2048] = "";
    for (int i = 0; i < CONTROL_DEPTH; i++)
        strcat(text, "if true; then ");
    strcat(text, "say deep");
    for (int i = 0; i < CONTROL_DEPTH; i++)
        strcat(text, "; fi");
    SAYS(text, "deep ");
    char more[4096];
    snprintf(more, sizeof more, "if true; then %s; fi", text);
    assert_int_equal(run(more), CONTROL_WRONG);
    assert_non_null(strstr(mistake.what, "too many"));
}

static void a_value_that_does_not_fit_ends_the_loop(void **state)
{
    (void) state;
    static char text[8192], filler[VARIABLES_TEXT];
    const char *problem;
    memset(filler, 'x', sizeof filler - 500);
    memcpy(filler, "FILL=", 5);
    assert_true(variables_assign(filler, &problem));
    assert_null(problem);
    char value[900];
    memset(value, 'y', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    snprintf(text, sizeof text, "for i in a %s; do say $i; done", value);
    assert_int_equal(run(text), CONTROL_WRONG);
    assert_non_null(strstr(mistake.what, "no room"));
    assert_string_equal(said, "a ");
    variables_unset("FILL");
}

static void an_interrupt_leaves_all_loops(void **state)
{
    (void) state;
    static const struct control_calls calls = { pipeline, interrupted };
    run("");
    patience = 5;
    assert_int_equal(control_run("while true; do while true; do true; done; done; say no", &calls,
                                 &mistake), CONTROL_LEFT);
    assert_string_equal(said, "");
    obeyed = 0;
    assert_int_equal(control_run("true; true; true; true; true; say no", &calls, &mistake),
                     CONTROL_LEFT);
    assert_string_equal(said, "");
}

/* Whatever pieces come in whatever order: it ends, and leaves no memory behind (the sanitizers). */
static void any_pieces_end(void **state)
{
    (void) state;
    static const char *const pieces[] = {
        "if ", "then ", "else ", "elif ", "fi", "while ", "until ", "do ", "done", "for i in ",
        "break", "continue", "! ", "true", "false", "say a", "; ", "\n", " && ", " || ", "x=1", "#",
        " in ", " for ", "'", " | ", " > ",
    };
    static const struct control_calls calls = { pipeline, interrupted };
    uint32_t random = 5;
    for (int round = 0; round < 30000; round++) {
        char text[512] = "";
        for (int i = 0; i < 24; i++) {
            random = random * 1664525u + 1013904223u;
            strcat(text, pieces[(random >> 16) % (sizeof pieces / sizeof *pieces)]);
        }
        *said = '\0';
        obeyed = 0;
        patience = 50;
        control_run(text, &calls, &mistake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_if_obeys_one_of_its_branches),
        cmocka_unit_test(and_and_or_look_at_the_status),
        cmocka_unit_test(loops_go_round),
        cmocka_unit_test(break_and_continue_are_for_the_innermost_loop),
        cmocka_unit_test(a_text_that_is_not_finished_obeys_nothing),
        cmocka_unit_test(mistakes_name_their_place_and_obey_nothing),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(a_value_that_does_not_fit_ends_the_loop),
        cmocka_unit_test(an_interrupt_leaves_all_loops),
        cmocka_unit_test(any_pieces_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
