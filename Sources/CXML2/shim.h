#include <libxml/xmlversion.h>
// With ICU the headers would bring its own along, which are not those that Foundation brings; only the layout of
// converters depends on it, and none is touched here.
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
