/* SPDX-License-Identifier: MIT */
/* Reads drivers.txt, word by word.  Pure. */
#include "rules.h"
#include "tree.h"

#include <stdlib.h>
#include <string.h>

#include <hurd/block.h>

enum { WORD = 40, FRAMES_MOST = 4096 };

/* Takes the next word of the line into `word`.  Returns false at the line's end.  A word that is
 * too long comes as "?", which no rule knows. */
static bool next_word(const char **at, const char *end, char word[WORD])
{
    while (*at < end && (**at == ' ' || **at == '\t' || **at == '\r'))
        ++*at;
    const char *start = *at;
    while (*at < end && **at != ' ' && **at != '\t' && **at != '\r')
        ++*at;
    size_t size = (size_t) (*at - start);
    if (size == 0)
        return false;
    if (size >= WORD) {
        start = "?";
        size = 1;
    }
    memcpy(word, start, size);
    word[size] = '\0';
    return true;
}

/* Reads a number of exactly `digits` digits, or of any number of digits (0).  Returns NULL if there
 * is none, else what follows. */
static const char *read_number(const char *text, int base, int digits, unsigned long *value)
{
    char *end;
    if (!(*text >= '0' && *text <= '9') && !(base == 16 && *text >= 'a' && *text <= 'f'))
        return NULL;
    *value = strtoul(text, &end, base);
    return digits && end - text != digits ? NULL : end;
}

static struct match *match_free(struct rule *r)
{
    for (unsigned i = 0; i < RULE_MATCHES; i++) {
        if (r->match[i].kind == MATCH_NOTHING)
            return &r->match[i];
    }
    return NULL;
}

static bool match_word(struct rule *r, enum match_kind kind, const char *text)
{
    struct match *m = match_free(r);
    unsigned long first, second = 0;
    if (!m || strlen(text) >= sizeof m->name || !*text)
        return false;
    if (kind != MATCH_ISA) {
        const char *rest = read_number(text, 16, 4, &first);
        if (rest && kind == MATCH_PCI)
            rest = *rest == ':' ? read_number(rest + 1, 16, 4, &second) : NULL;
        if (!rest || *rest)
            return false;
        m->value = kind == MATCH_PCI ? (uint32_t) first << 16 | (uint32_t) second
                                     : (uint32_t) first;
    }
    strcpy(m->name, text);
    m->kind = kind;
    return true;
}

static bool class_word(struct rule *r, const char *text)
{
    static const char *const names[HURD_DEVICE_CLASSES] = {
        [HURD_DEVICE_ANY] = "", [HURD_DEVICE_OTHER] = "other", [HURD_DEVICE_BLOCK] = "block",
        [HURD_DEVICE_CLOCK] = "clock", [HURD_DEVICE_SPEAKER] = "speaker", [HURD_DEVICE_NET] = "net",
        [HURD_DEVICE_FILES] = "files", [HURD_DEVICE_CONSOLE] = "console",
    };
    for (int i = HURD_DEVICE_OTHER; i < HURD_DEVICE_CLASSES; i++) {
        if (!strcmp(text, names[i])) {
            r->class = i;
            return true;
        }
    }
    return false;
}

static bool disks_word(struct rule *r, const char *text)
{
    unsigned long first, last;
    const char *rest = read_number(text, 10, 0, &first);
    rest = rest && *rest == '-' ? read_number(rest + 1, 10, 0, &last) : NULL;
    if (!rest || *rest || last >= HURD_BLOCK_DISKS || first > last)
        return false;
    r->disk = (unsigned) first;
    r->disks = (unsigned) (last - first + 1);
    return true;
}

static bool frames_word(struct rule *r, const char *text)
{
    const char *rest = read_number(text, 10, 0, &r->frames);
    return rest && !*rest && r->frames > 0 && r->frames <= FRAMES_MOST;
}

static bool image_word(struct rule *r, const char *text)
{
    if (!*text || strlen(text) >= sizeof r->image)
        return false;
    strcpy(r->image, text);
    return true;
}

static bool is_word(const char *word, const char *key, const char **value)
{
    size_t size = strlen(key);
    *value = word + size;
    return !strncmp(word, key, size);
}

static bool rule_word(struct rule *r, const char *word)
{
    const char *value;
    if (!strcmp(word, "dma"))
        return r->dma = true;
    if (!strcmp(word, "ask"))
        return r->ask = true;
    if (is_word(word, "isa=", &value))
        return match_word(r, MATCH_ISA, value);
    if (is_word(word, "pci=", &value))
        return match_word(r, MATCH_PCI, value);
    if (is_word(word, "pciclass=", &value))
        return match_word(r, MATCH_CLASS, value);
    if (is_word(word, "class=", &value))
        return class_word(r, value);
    if (is_word(word, "image=", &value))
        return image_word(r, value);
    if (is_word(word, "disks=", &value))
        return disks_word(r, value);
    return is_word(word, "frames=", &value) && frames_word(r, value);
}

static bool rule_line(struct rule *r, const char *line, const char *end)
{
    char word[WORD];
    *r = (struct rule) { .class = HURD_DEVICE_OTHER, .frames = RULE_FRAMES };
    if (!next_word(&line, end, word))
        return false;
    size_t size = strlen(word);
    if (size < 2 || size > RULE_NAME || word[size - 1] != ':')
        return false;
    memcpy(r->name, word, size - 1);
    while (next_word(&line, end, word)) {
        if (!rule_word(r, word))
            return false;
    }
    return true;
}

unsigned rules_read(struct rule *rules, const char *text, size_t size, unsigned *wrong)
{
    const char *end = text + size;
    unsigned count = 0, number = 0;
    *wrong = 0;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t) (end - text));
        const char *line_end = newline ? newline : end;
        number++;
        if (line_end > text) {
            if (count < RULES && rule_line(&rules[count], text, line_end))
                count++;
            else if (!*wrong)
                *wrong = number;
        }
        text = line_end + 1;
    }
    return count;
}

/* ---- which one fits ---- */

static int match_weight(const struct match *m, const struct node *n)
{
    switch (m->kind) {
    case MATCH_ISA:
        return n->bus == HURD_BUS_ISA && !strcmp(m->name, n->name) ? 2 : 0;
    case MATCH_PCI:
        return n->bus == HURD_BUS_PCI && m->value == n->id ? 2 : 0;
    case MATCH_CLASS:
        return n->bus == HURD_BUS_PCI && m->value == n->class >> 8 ? 1 : 0;
    default:
        return 0;
    }
}

const struct rule *rules_find(const struct rule *rules, unsigned count, const struct node *n)
{
    const struct rule *best = NULL;
    int best_weight = 0;
    for (const struct rule *r = rules; r < rules + count; r++) {
        for (unsigned i = 0; i < RULE_MATCHES; i++) {
            int weight = match_weight(&r->match[i], n);
            if (weight > best_weight) {
                best = r;
                best_weight = weight;
            }
        }
    }
    return best;
}
