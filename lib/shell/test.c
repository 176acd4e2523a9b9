/* SPDX-License-Identifier: MIT */
/* Questions about words, numbers and files.  The program knows the files (language_file_is()). */
#include "lib/shell/test.h"
#include "lib/shell/language.h"
#include "lib/shell/variables.h"
#include "lib/shell/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { YES = 0, NO = 1, WRONG = 2 };

const char test_help[] =
    "  WORD, -n WORD, -z WORD   is it not empty, is it empty?\n"
    "  A = B, A != B            are they the same, do they differ?\n"
    "  A -eq B                  as numbers; -ne -lt -le -gt -ge, too\n"
    "  -e FILE                  does it exist? -f: file, -d: directory, -s: not empty\n"
    "  ! EXPRESSION             the opposite\n";

static int wrong(const char *what, const char *word)
{
    complain("test: %s %s\n", word, what);
    return WRONG;
}

static int yes(bool is)
{
    return is ? YES : NO;
}

static int ask_word(const char *question, const char *word)
{
    static const char files[] = "efds";
    if (question[0] == '-' && question[1] && !question[2]) {
        if (question[1] == 'n' || question[1] == 'z')
            return yes((*word == '\0') == (question[1] == 'z'));
        if (strchr(files, question[1]))
            return yes(language_file_is(question[1], word));
    }
    return wrong("is no question about one word", question);
}

static bool number(const char *word, long long *value)
{
    unsigned long size;
    bool negative = *word == '-';
    if (!words_number(word + negative, &size))
        return false;
    *value = negative ? -(long long) size : (long long) size;
    return true;
}

static int ask_numbers(const char *a, const char *question, const char *b)
{
    static const struct { const char *word; bool less, same, more; } questions[] = {
        { "-eq", false, true, false }, { "-ne", true, false, true },  { "-lt", true, false, false },
        { "-le", true, true, false },  { "-gt", false, false, true }, { "-ge", false, true, true },
    };
    long long x, y;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        if (strcmp(question, questions[i].word))
            continue;
        if (!number(a, &x) || !number(b, &y))
            return wrong("is no number", number(a, &x) ? b : a);
        return yes(x < y ? questions[i].less : x == y ? questions[i].same : questions[i].more);
    }
    return wrong("is no question about two words", question);
}

static int ask(const char *const *word, size_t count)
{
    switch (count) {
    case 0:
        return NO;
    case 1:
        return yes(**word != '\0');
    case 2:
        return ask_word(word[0], word[1]);
    case 3:
        if (!strcmp(word[1], "=") || !strcmp(word[1], "!="))
            return yes(!strcmp(word[0], word[2]) == !strcmp(word[1], "="));
        return ask_numbers(word[0], word[1], word[2]);
    default:
        return wrong("begins a question with too many words", word[0]);
    }
}

void test_obey(const struct words *w)
{
    size_t first = 1, end = w->count;
    bool turned = false;
    if (*w->word[0] == '[' && strcmp(w->word[--end], "]")) {
        complain("[: the last word must be ]\n");
        variables_set_status(WRONG);
        return;
    }
    while (end - first > 1 && !strcmp(w->word[first], "!")) {
        turned = !turned;
        first++;
    }
    int answer = ask(w->word + first, end - first);
    variables_set_status((unsigned) (turned && answer != WRONG ? !answer : answer));
}
