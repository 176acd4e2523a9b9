/* SPDX-License-Identifier: MIT */
/* Splitting a command line; pure, tested in tests/host/words.c.  Called by shell.c. */
#include "words.h"
#include "variables.h"

#include <ctype.h>
#include <string.h>

/* Where the next word goes: the argz, or the names. */
struct target {
    char *text;
    size_t *length, size;
};

static const char *put(struct target *t, char c)
{
    if (*t->length == t->size)
        return "the line is too long";
    t->text[(*t->length)++] = c;
    return NULL;
}

static bool is_operator(char c)
{
    return c == '|' || c == ';' || c == '<' || c == '>' || c == '&';
}

static bool is_name(char c)
{
    return isalnum((unsigned char) c) || c == '_';
}

/* The value of the variable at *line, which stands behind the $; *line moves behind its name. */
static const char *put_value(struct target *t, const char **line)
{
    const char *name = *line + (**line == '{'), *end = name;
    if (*end == '?' || *end == '#')
        end++;
    else
        while (is_name(*end))
            end++;
    if (end == name)
        return put(t, '$');             /* it stands for itself */
    if (name != *line && *end != '}')
        return "a brace is not closed";
    *line = end + (name != *line);
    const char *value = variables_get(name, (size_t) (end - name)), *error = NULL;
    for (; value && *value && !error; value++)
        error = put(t, *value);
    return error;
}

/* Copies one word, quotes resolved, and moves *line behind it. */
static const char *copy_word(struct target *t, const char **line)
{
    const char *error = NULL;
    char quote = '\0';
    const char *p = *line;
    while (*p && !error && (quote || (*p != ' ' && *p != '\t' && !is_operator(*p)))) {
        char c = *p++;
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else if (c == '$' && quote != '\'')
            error = put_value(t, &p);
        else if (c == '\\' && quote != '\'') {
            if (*p == '\0')
                return "nothing behind the backslash";
            error = put(t, *p++);
        } else
            error = put(t, c);
    }
    *line = p;
    if (!error && quote)
        error = "a quote is not closed";
    return error ? error : put(t, '\0');
}

/* < > or >> and the name behind it. */
static const char *copy_name(struct words *w, const char **line)
{
    struct target names = { w->names, &w->names_length, WORDS_NAMES };
    const char **place = **line == '<' ? &w->input : &w->output;
    const char *name = w->names + w->names_length;
    if (*place)
        return "there are two files for the same thing";
    w->appends |= (*line)[0] == '>' && (*line)[1] == '>';
    *line += (*line)[0] == '>' && (*line)[1] == '>' ? 2 : 1;
    *line += strspn(*line, " \t");
    if (**line == '\0' || is_operator(**line))
        return "a file's name belongs behind < and >";
    *place = name;
    return copy_word(&names, line);
}

/* What begins with an operator.  *ends: the command ends here. */
static const char *take_operator(struct words *w, const char **line, bool *ends)
{
    bool empty = w->count == 0;
    switch (**line) {
    case '|':
        return "this shell has no pipes (|): quote the character to give it to a program";
    case '&':
        if (empty)
            return "nothing stands before the &";
        w->background = true;
        ++*line;
        return NULL;
    case ';':
        if (empty)
            return "nothing stands before the ;";
        w->rest = *line + 1;
        *ends = true;
        return NULL;
    default:
        return copy_name(w, line);
    }
}

static const char *take_word(struct words *w, const char **line)
{
    struct target argz = { w->text, &w->text_length, WORDS_TEXT };
    const char *start = w->text + w->text_length;
    if (w->count == WORDS_MAX)
        return "too many words";
    const char *error = copy_word(&argz, line);
    w->word[w->count++] = start;
    w->word[w->count] = NULL;
    return error;
}

const char *words_split(struct words *w, const char *line)
{
    const char *error = NULL;
    bool ends = false;
    w->count = w->text_length = w->names_length = 0;
    w->background = w->appends = false;
    w->word[0] = w->input = w->output = w->rest = NULL;
    while (!error && !ends) {
        line += strspn(line, " \t");
        if (*line == '\0' || *line == '#')
            break;
        if (w->background && *line != ';')
            error = "& belongs at the end of a command";
        else if (is_operator(*line))
            error = take_operator(w, &line, &ends);
        else
            error = take_word(w, &line);
    }
    if (!error && w->count == 0 && (w->input || w->output))
        error = "no command stands before < and >";
    return error;
}

bool words_number(const char *text, unsigned long *value)
{
    unsigned base = 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return false;
    unsigned long sum = 0;
    for (; *text; text++) {
        unsigned digit = *text >= '0' && *text <= '9'   ? (unsigned) (*text - '0')
                         : *text >= 'a' && *text <= 'f' ? (unsigned) (*text - 'a' + 10)
                         : *text >= 'A' && *text <= 'F' ? (unsigned) (*text - 'A' + 10)
                                                        : 16;
        if (digit >= base || sum > (0xffffffffu - digit) / base)
            return false;
        sum = sum * base + digit;
    }
    *value = sum;
    return true;
}
