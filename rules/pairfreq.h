/*
 * pairfreq: how common two units beside one another are in running text.
 * Internal to rules/scan.c.
 */
#ifndef TOCSIN_RULES_PAIRFREQ_H
#define TOCSIN_RULES_PAIRFREQ_H

#include <stdint.h>

enum { PAIRFREQ_ASCII = 7 };
/* 1 rare … 255 everywhere. */
uint32_t pairfreq_of(uint16_t a, uint16_t b);

#endif
