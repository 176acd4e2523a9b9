/* SPDX-License-Identifier: MIT */
/* Goes through a text from command to command, with a stack of the `if` and loops that it is in.
 * Nothing is translated: a loop goes back to a place in the text.  The first walk only checks: it
 * obeys nothing, and sees each loop's body once.  Called by shell.c; pure, tested in
 * tests/host/control.c. */
#include "lib/shell/control.h"
#include "lib/shell/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t"

enum { NAME_MOST = 32 };

enum kind { IF, LOOP, FOR };
enum part { CONDITION, BODY, LAST };    /* LAST: behind `else` */

struct frame {
    enum kind kind;
    enum part part;
    bool outer;                 /* the commands around it are obeyed */
    bool runs;                  /* it is obeyed itself */
    bool taken;                 /* IF: one of its branches was */
    bool wanted;                /* LOOP: goes on while the condition's status is 0, or is not */
    bool continues;             /* a `continue` in it is on its way to `done` */
    const char *start;          /* LOOP: the condition; FOR: the body */
    const char *opened;         /* its first word, for mistakes */
    unsigned long status;       /* LOOP, FOR: of the body */
    char name[NAME_MOST];       /* FOR: the variable, */
    struct words *values;       /* its values, if it runs, */
    size_t next;                /* and which one is next */
};

struct control {
    const struct control_calls *calls;
    const char *at;             /* where the next command begins; NULL: at the end */
    bool runs;                  /* commands here are obeyed; nowhere while the text is checked */
    bool skips;                 /* but for the next one, because of && or || */
    bool negates;               /* a ! stands before the next one */
    bool wants;                 /* at least one command has to come first */
    bool left;
    const char *last;           /* the command or word before */
    unsigned depth;
    struct frame frame[CONTROL_DEPTH];
    struct control_mistake mistake;
};

static void wrong(struct control *c, const char *what, const char *at)
{
    if (!c->mistake.what)
        c->mistake = (struct control_mistake) { what, at };
}

static unsigned long status_get(void)
{
    return strtoul(variables_get("?", 1), NULL, 10);
}

static struct frame *top(struct control *c)
{
    return c->depth ? &c->frame[c->depth - 1] : NULL;
}

/* Is the innermost one of that kind, and at that part? */
static bool inside(struct control *c, enum kind kind, enum part part)
{
    return c->depth && top(c)->kind == kind && top(c)->part == part;
}

static struct frame *push(struct control *c, enum kind kind, const char *word)
{
    if (c->depth == CONTROL_DEPTH) {
        wrong(c, "too many `if` and loops stand in each other", word);
        return NULL;
    }
    struct frame *f = &c->frame[c->depth++];
    *f = (struct frame) { .kind = kind, .outer = c->runs, .runs = c->runs && !c->skips,
                          .opened = word };
    c->runs = f->runs;
    c->skips = false;
    return f;
}

static void pop(struct control *c)
{
    struct frame *f = top(c);
    free(f->values);
    c->runs = f->outer;
    c->depth--;
}

static void set_skips(struct control *c, enum words_end end)
{
    c->skips = end == WORDS_AND  ? status_get() != 0
               : end == WORDS_OR ? status_get() == 0 : false;
}

/* What stands behind `fi`, `done`, `break` and `continue`. */
static void take_separator(struct control *c, const char *word)
{
    static const struct { const char *text; enum words_end end; } separators[] = {
        { ";", WORDS_SEMICOLON }, { "\n", WORDS_LINE }, { "&&", WORDS_AND }, { "||", WORDS_OR },
    };
    c->at += strspn(c->at, BLANKS);
    if (*c->at == '#')
        c->at += strcspn(c->at, "\n");
    if (*c->at == '\0') {
        c->at = NULL;
        return;
    }
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t length = strlen(separators[i].text);
        if (!strncmp(c->at, separators[i].text, length)) {
            c->at += length;
            c->wants = separators[i].end == WORDS_AND || separators[i].end == WORDS_OR;
            set_skips(c, separators[i].end);
            return;
        }
    }
    wrong(c, "only ; && || or the line's end may stand behind this word", word);
}

/* ---- if ---- */

static void on_if(struct control *c, const char *word)
{
    push(c, IF, word);
    c->wants = true;
}

static void on_then(struct control *c, const char *word)
{
    if (!inside(c, IF, CONDITION)) {
        wrong(c, "`then` stands without its `if`", word);
        return;
    }
    struct frame *f = top(c);
    c->runs = c->runs && status_get() == 0;
    f->taken |= c->runs;
    f->part = BODY;
    c->wants = true;
}

static void on_else(struct control *c, const char *word)
{
    if (!inside(c, IF, BODY)) {
        wrong(c, "`else` and `elif` stand without their `if` and `then`", word);
        return;
    }
    struct frame *f = top(c);
    bool elif = !strncmp(word, "elif", 4);
    c->runs = f->runs && !f->taken;
    f->taken |= c->runs && !elif;
    f->part = elif ? CONDITION : LAST;
    c->wants = true;
}

static void on_fi(struct control *c, const char *word)
{
    if (!inside(c, IF, BODY) && !inside(c, IF, LAST)) {
        wrong(c, "`fi` stands without its `if` and `then`", word);
        return;
    }
    if (top(c)->runs && !top(c)->taken)
        variables_set_status(0);
    pop(c);
    take_separator(c, word);
}

/* ---- loops ---- */

static void on_while(struct control *c, const char *word)
{
    struct frame *f = push(c, LOOP, word);
    if (f) {
        f->start = c->at;
        f->wanted = *word == 'w';
    }
    c->wants = true;
}

/* The variable gets the next value.  False: there is none. */
static bool value_next(struct control *c, struct frame *f)
{
    char text[NAME_MOST + WORDS_TEXT + 2];
    const char *problem = NULL;
    if (!f->runs || !f->values || f->next == f->values->count)
        return false;
    snprintf(text, sizeof text, "%s=%s", f->name, f->values->word[f->next++]);
    variables_assign(text, &problem);
    if (problem)
        wrong(c, problem, f->opened);
    return !problem;
}

/* The name behind `for`, and `in`. */
static bool take_name(struct control *c, struct frame *f)
{
    size_t length = 0;
    c->at += strspn(c->at, BLANKS);
    while (isalnum((unsigned char) c->at[length]) || c->at[length] == '_')
        length++;
    if (length == 0 || length >= NAME_MOST || isdigit((unsigned char) *c->at)) {
        wrong(c, "a variable's name belongs behind `for`", c->at);
        return false;
    }
    memcpy(f->name, c->at, length);
    c->at += length;
    c->at += strspn(c->at, BLANKS);
    if (strncmp(c->at, "in", 2) || !strchr(BLANKS ";\n", c->at[2])) {
        wrong(c, "`in` belongs behind the variable of a `for`", c->at);
        return false;
    }
    c->at += 2;
    return true;
}

static void on_for(struct control *c, const char *word)
{
    struct frame *f = push(c, FOR, word);
    if (!f || !take_name(c, f))
        return;
    struct words *w = malloc(sizeof *w);
    const char *at = c->at + strspn(c->at, BLANKS);
    if (!w) {
        wrong(c, "there is no memory for the loop", word);
        return;
    }
    f->values = w;
    if (*at == ';') {                   /* no values at all */
        words_skip(w, "");
        c->at = at + 1;
        return;
    }
    const char *mistake = f->runs ? words_split(w, at) : words_skip(w, at);
    bool ends = w->end == WORDS_LINE || w->end == WORDS_SEMICOLON;
    if (!mistake && (!ends || w->background || words_redirect(w)))
        mistake = "only words belong behind `in`";
    if (mistake)
        wrong(c, mistake, at);
    c->at = w->rest;
}

static void on_do(struct control *c, const char *word)
{
    if (!inside(c, LOOP, CONDITION) && !inside(c, FOR, CONDITION)) {
        wrong(c, "`do` stands without its `while`, `until` or `for`", word);
        return;
    }
    struct frame *f = top(c);
    f->part = BODY;
    if (f->kind == FOR) {
        f->start = c->at;
        c->runs = value_next(c, f);
    } else {
        c->runs = c->runs && (status_get() == 0) == f->wanted;
    }
    c->wants = true;
}

/* Behind the body: true if it shall be gone through again. */
static bool loop_again(struct control *c, struct frame *f)
{
    if (!c->runs && !f->continues)
        return false;
    f->status = status_get();
    f->continues = false;
    c->runs = true;
    if (f->kind == FOR)
        return value_next(c, f);
    f->part = CONDITION;
    c->wants = true;
    return true;
}

static void on_done(struct control *c, const char *word)
{
    if (!inside(c, LOOP, BODY) && !inside(c, FOR, BODY)) {
        wrong(c, "`done` stands without its `do`", word);
        return;
    }
    struct frame *f = top(c);
    if (loop_again(c, f)) {
        c->at = f->start;
        c->left = c->calls->interrupted();
        return;
    }
    if (f->runs)
        variables_set_status((unsigned) f->status);
    pop(c);
    take_separator(c, word);
}

/* `break` or `continue`: nothing more is obeyed up to the `done` of the innermost loop. */
static void on_break(struct control *c, const char *word)
{
    bool continues = *word == 'c';
    unsigned i = c->depth;
    while (i > 0 && (c->frame[i - 1].kind == IF || c->frame[i - 1].part != BODY))
        i--;
    if (i == 0) {
        wrong(c, "this word stands outside of a loop's body", word);
        return;
    }
    bool obeyed = c->runs && !c->skips;
    if (obeyed)
        variables_set_status(0);
    take_separator(c, word);
    if (!obeyed)
        return;
    c->frame[i - 1].continues = continues;
    c->frame[i - 1].status = 0;
    for (unsigned k = i; k < c->depth; k++)
        c->frame[k].outer = c->frame[k].runs = false;
    c->runs = c->skips = false;
}

/* ---- commands ---- */

static void on_not(struct control *c, const char *word)
{
    (void) word;
    c->negates = !c->negates;
    c->wants = true;
}

static void on_command(struct control *c)
{
    enum words_end end;
    const char *rest, *at = c->at;
    bool obeys = c->runs && !c->skips;
    const char *mistake = c->calls->pipeline(at, obeys, &end, &rest);
    if (mistake) {
        wrong(c, mistake, at);
        return;
    }
    if (obeys && c->negates)
        variables_set_status(status_get() == 0);
    c->negates = false;
    c->wants = end == WORDS_AND || end == WORDS_OR;
    c->at = rest;
    set_skips(c, end);
    if (obeys && rest && *rest)
        c->left = c->calls->interrupted();
}

static const struct keyword {
    const char *word;
    void (*take)(struct control *c, const char *word);
    bool opens;                 /* it begins a command */
} keywords[] = {
    { "if", on_if, true },       { "then", on_then, false },   { "elif", on_else, false },
    { "else", on_else, false },  { "fi", on_fi, false },       { "while", on_while, true },
    { "until", on_while, true }, { "for", on_for, true },      { "do", on_do, false },
    { "done", on_done, false },  { "break", on_break, true },  { "continue", on_break, true },
    { "!", on_not, true },
};

static const struct keyword *keyword_at(const char *at)
{
    size_t length = strcspn(at, BLANKS "\n;&|<>");
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strlen(keywords[i].word) == length && !memcmp(at, keywords[i].word, length))
            return &keywords[i];
    }
    return NULL;
}

/* Moves over blanks, empty lines and comments.  False: nothing follows. */
static bool to_command(struct control *c)
{
    while (c->at) {
        c->at += strspn(c->at, BLANKS "\n");
        if (*c->at != '#')
            break;
        c->at += strcspn(c->at, "\n");
    }
    return c->at && *c->at;
}

static void step(struct control *c)
{
    const struct keyword *k = keyword_at(c->at);
    const char *word = c->at;
    c->last = word;
    if (k && c->negates && k->take != on_not) {
        wrong(c, "only a plain command belongs behind a !", word);
    } else if (k && c->wants && !k->opens) {
        wrong(c, "no command stands before this word", word);
    } else if (k) {
        c->at += strlen(k->word);
        c->wants = false;
        k->take(c, word);
    } else if (inside(c, FOR, CONDITION)) {
        wrong(c, "`do` belongs behind the words of a `for`", word);
    } else {
        on_command(c);
    }
}

static enum control_result walk(struct control *c, const char *text)
{
    c->at = text;
    while (!c->mistake.what && !c->left && to_command(c))
        step(c);
    bool open = c->depth > 0;
    if (!c->mistake.what && !c->left && open)
        wrong(c, "its `fi` or `done` is missing", top(c)->opened);
    else if (!c->mistake.what && !c->left && c->wants)
        wrong(c, "a command is missing behind this", c->last);
    else
        open = false;
    while (c->depth)
        pop(c);
    return open              ? CONTROL_OPEN
           : c->mistake.what ? CONTROL_WRONG
           : c->left         ? CONTROL_LEFT : CONTROL_DONE;
}

enum control_result control_run(const char *text, const struct control_calls *calls,
                                struct control_mistake *mistake)
{
    struct control c = { .calls = calls };
    enum control_result result = walk(&c, text);        /* which obeys nothing */
    if (result == CONTROL_DONE) {
        c = (struct control) { .calls = calls, .runs = true };
        result = walk(&c, text);
    }
    *mistake = c.mistake;
    return result;
}
