#include "io/report/built_pages.hpp"

// The bytes of the pages, put into the program by the assembler: as an array in C++ a megabyte takes a compiler
// minutes.
__asm__(
    ".section .rodata\n"
    "vcohort_report_page: .incbin \"" VCOHORT_REPORT_PAGE
    "\"\nvcohort_report_page_end:\n"
    "vcohort_explorer_page: .incbin \"" VCOHORT_EXPLORER_PAGE
    "\"\nvcohort_explorer_page_end:\n"
    ".global vcohort_report_page, vcohort_report_page_end, vcohort_explorer_page, vcohort_explorer_page_end\n"
    ".previous\n");

extern "C" {
extern const char vcohort_report_page[], vcohort_report_page_end[];
extern const char vcohort_explorer_page[], vcohort_explorer_page_end[];
}

namespace vcohort {

std::string_view built_report() {
  return {vcohort_report_page, vcohort_report_page_end};
}

std::string_view built_explorer() {
  return {vcohort_explorer_page, vcohort_explorer_page_end};
}

}  // namespace vcohort
