/* Windows' own ICU, which Wine lacks: Qt asks it only for converters that it does not have itself, and is told that there are none. */
#define EXPORT __declspec(dllexport)

enum { FILE_ACCESS_ERROR = 4, UNSUPPORTED_ERROR = 16 };

static void refuse(int *error, int code) { if (error) *error = code; }

EXPORT void *ucnv_open(const char *name, int *error) { refuse(error, FILE_ACCESS_ERROR); return 0; }
EXPORT void ucnv_close(void *converter) {}
EXPORT void ucnv_reset(void *converter) {}
EXPORT int ucnv_countAvailable(void) { return 0; }
EXPORT const char *ucnv_getAvailableName(int number) { return 0; }
EXPORT const char *ucnv_getName(void *converter, int *error) { refuse(error, UNSUPPORTED_ERROR); return 0; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error) { refuse(error, UNSUPPORTED_ERROR); return 0; }
EXPORT signed char ucnv_getMaxCharSize(void *converter) { return 4; }
EXPORT int ucnv_fromUCountPending(void *converter, int *error) { refuse(error, UNSUPPORTED_ERROR); return 0; }
EXPORT int ucnv_toUCountPending(void *converter, int *error) { refuse(error, UNSUPPORTED_ERROR); return 0; }

/* Callable only with a converter, and there is none. */
#define NEVER(name) EXPORT void name(void) {}
NEVER(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NEVER(UCNV_TO_U_CALLBACK_SUBSTITUTE)
NEVER(ucnv_cbFromUWriteUChars)
NEVER(ucnv_cbToUWriteUChars)
NEVER(ucnv_fromUnicode)
NEVER(ucnv_getFromUCallBack)
NEVER(ucnv_getToUCallBack)
NEVER(ucnv_setFromUCallBack)
NEVER(ucnv_setToUCallBack)
NEVER(ucnv_toUnicode)
