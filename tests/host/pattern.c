/* SPDX-License-Identifier: MIT */
/* links: lib/shell/pattern.c lib/libc-mini/fnmatch.c lib/shell/words.c lib/shell/variables.c lib/shell/arithmetic.c */
/* Patterns of names, and the words that they become. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/shell/language.h"
#include "lib/shell/pattern.h"
#include "lib/shell/variables.h"

/* ---- the files that there are ---- */

static const char *const paths[] = {
    "b.c", "a.c", ".hidden.c", "a-1", "x y.c", "*", "[x", "d/one", "d/two", "d/.three", "e/one", "e/sub/deep.c", "f.c/one",
};
static unsigned lots;               /* of names in "/lots" */

static bool show(bool (*visit)(void *context, const char *name), void *context, const char *path, size_t before)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int) strcspn(path + before, "/"), path + before);
    return visit(context, name);
}

void language_list(const char *directory, bool (*visit)(void *context, const char *name), void *context)
{
    const char *last = "";
    size_t length = strcmp(directory, ".") ? strlen(directory) : 0;
    if (!strcmp(directory, "/lots/")) {
        char name[64];
        for (unsigned i = 0; i < lots; i++) {
            snprintf(name, sizeof name, "name%04u", i);
            if (!visit(context, name))
                return;
        }
        return;
    }
    if (!visit(context, ".") || !visit(context, ".."))
        return;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const char *at = paths[i];
        if (strncmp(at, directory, length))
            continue;
        if (strncmp(at, last, strcspn(last, "/")) || at[strcspn(last, "/")] != '/' || length)     /* each directory once */
            if (!show(visit, context, at, length))
                return;
        last = at;
    }
}

bool language_file_is(char question, const char *path)
{
    size_t length = strlen(path);
    assert_int_equal(question, 'e');
    if (!strncmp(path, "/lots/", 6))
        return true;
    while (length > 0 && path[length - 1] == '/')
        length--;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (!strncmp(paths[i], path, length) && (paths[i][length] == '\0' ? path[length] == '\0' : paths[i][length] == '/'))
            return true;
    return false;
}

/* ---- */

static bool matches(const char *pattern, const char *name)
{
    return fnmatch(pattern, name, FNM_PERIOD) == 0;
}

static void a_pattern_matches_whole_names(void **state)
{
    (void) state;
    static const struct { const char *pattern, *name; bool yes; } cases[] = {
        { "", "", true }, { "a", "a", true }, { "a", "ab", false }, { "ab", "a", false }, { "*", "", true }, { "*", "abc", true },
        { "a*", "a", true }, { "*c", "abc", true }, { "*c", "abcd", false }, { "a*b*c", "axxbyyc", true }, { "a*b*c", "axxcyyb", false },
        { "**", "x", true }, { "*ab", "aab", true }, { "*aab*", "aaab", true }, { "?", "a", true }, { "?", "", false }, { "?", "ab", false },
        { "[abc]", "b", true }, { "[abc]", "d", false }, { "[a-c]x", "bx", true }, { "[a-c]", "-", false }, { "[a-]", "-", true },
        { "[!a-c]", "d", true }, { "[!a-c]", "a", false }, { "[^a]", "b", true }, { "[]]", "]", true }, { "[!]]", "]", false },
        { "[", "[", true }, { "[a", "[a", true }, { "a[", "a[", true }, { "[[]", "[", true }, { "[a-c", "[a-c", true },
        { "\\*", "*", true }, { "\\*", "x", false }, { "[\\]]", "]", true }, { "[a\\-c]", "b", false }, { "\\\\", "\\", true }, { "\\", "\\", true },
        { "*", ".x", false }, { "?x", ".x", false }, { "[.]x", ".x", false }, { ".*", ".x", true }, { "\\.*", ".x", true }, { "x*", "x.", true },
        { "[\x80-\xff]", "\xe4", true }, { "[a-\xff]", "\xe4", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(cases[i].pattern, cases[i].name) != cases[i].yes)
            fail_msg("%s and %s", cases[i].pattern, cases[i].name);
}

/* A pattern of many stars is not slow. */
static void stars_do_not_multiply(void **state)
{
    char name[256], pattern[200] = "";
    (void) state;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (unsigned i = 0; i < 60; i++)
        strcat(pattern, "a*");
    strcat(pattern, "b");
    assert_false(matches(pattern, name));
}

static struct words w;

static void expect_words(const char *line, const char *wanted)
{
    char all[512] = "";
    const char *problem = words_split(&w, line);
    if (problem)
        fail_msg("%s: %s", line, problem);
    for (size_t i = 0; i < w.count; i++) {
        strcat(strcat(all, i ? "|" : ""), w.word[i]);
        assert_ptr_equal(w.word[i], i ? w.word[i - 1] + strlen(w.word[i - 1]) + 1 : w.text);
    }
    assert_string_equal(all, wanted);
    assert_null(w.word[w.count]);
    assert_int_equal(w.text_length, w.word[w.count - 1] + strlen(w.word[w.count - 1]) + 1 - w.text);
}

static void a_word_becomes_the_names_that_it_means(void **state)
{
    const char *problem;
    (void) state;
    expect_words("say *.c end", "say|a.c|b.c|f.c|x y.c|end");
    expect_words("say a?1 ?.c", "say|a-1|a.c|b.c|f.c");
    expect_words("say .*.c", "say|.hidden.c");
    expect_words("say d/* */one", "say|d/one|d/two|d/one|e/one|f.c/one");
    expect_words("say */sub/*.c */*/*", "say|e/sub/deep.c|e/sub/deep.c");
    expect_words("say */", "say|d/|e/|f.c/");
    expect_words("say none* */none [z]", "say|none*|*/none|[z]");
    expect_words("[ -n x ]", "[|-n|x|]");
    assert_true(variables_assign("P=*.c", &problem));
    expect_words("say $P", "say|a.c|b.c|f.c|x y.c");
    expect_words("say \"$P\" '*.c' \\*.c", "say|*.c|*.c|*.c");
    expect_words("say '*' \"[x\"", "say|*|[x");
    expect_words("say '['* \\**", "say|[x|*");
    expect_words("say 'f.c'/o?e", "say|f.c/one");
    expect_words("A=* B=?", "A=*|B=?");
    assert_null(words_skip(&w, "say *.c"));
    assert_int_equal(w.count, 2);
}

static void too_many_names_are_a_mistake(void **state)
{
    (void) state;
    lots = WORDS_MAX - 1;
    assert_null(words_split(&w, "say /lots/*"));
    assert_int_equal(w.count, WORDS_MAX);
    lots = WORDS_MAX;
    assert_string_equal(words_split(&w, "say /lots/*"), "too many words");
    lots = WORDS_MAX + 1;
    assert_string_equal(words_split(&w, "say /lots/*"), "a pattern stands for too many names");
    lots = 100000;
    assert_string_equal(words_split(&w, "say /lots/*"), "a pattern stands for too many names");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_whole_names),
        cmocka_unit_test(stars_do_not_multiply),
        cmocka_unit_test(a_word_becomes_the_names_that_it_means),
        cmocka_unit_test(too_many_names_are_a_mistake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
