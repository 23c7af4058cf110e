/*
 * report_sheet: the sheet of an inspection of the bureau's own sites, as CSV
 * and as a Word document.
 *
 * It is made for the checklist that inspections of government sites go by
 * (国办秘函〔2019〕19号, for school sites by analogy): one row for each site,
 * and one for each finding with the times of its evidence.  Nothing is read
 * here: the caller says what there is.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_SHEET_H
#define TOCSIN_INCIDENTS_REPORT_SHEET_H

#include "incidents/report.h"
#include "incidents/sheet_rows.h"

/* Write it as REPORT_CSV or REPORT_DOCX.  Scratch memory is of arena.  0,
 * E_NOMEM, E_LIMIT; E_PARSE for another format. */
int sheet_write(const struct sheet *sheet, const struct report_form *form,
    enum report_format format, struct arena *arena, struct buf *out);

#endif
