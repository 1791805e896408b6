/* Windows' colour management: Wine's own ends the program in WcsCreateIccProfile; this one says that there are no profiles. */
#include <windows.h>
#define EXPORT __declspec(dllexport)

static BOOL none(void) { SetLastError(ERROR_CALL_NOT_IMPLEMENTED); return FALSE; }

EXPORT BOOL WINAPI CloseColorProfile(HANDLE profile) { return TRUE; }
EXPORT HANDLE WINAPI OpenColorProfileW(void *profile, DWORD access, DWORD share, DWORD mode) { none(); return NULL; }
EXPORT HANDLE WINAPI WcsCreateIccProfile(HANDLE profile, DWORD options) { none(); return NULL; }
EXPORT BOOL WINAPI GetColorProfileFromHandle(HANDLE profile, BYTE *data, DWORD *size) { return none(); }
EXPORT BOOL WINAPI GetStandardColorSpaceProfileW(const wchar_t *machine, DWORD space, wchar_t *profile, DWORD *size) { return none(); }
EXPORT BOOL WINAPI GetColorDirectoryW(const wchar_t *machine, wchar_t *folder, DWORD *size) { return none(); }
EXPORT BOOL WINAPI WcsGetDefaultColorProfile(int scope, const wchar_t *device, int type, int subtype, DWORD id, DWORD size, wchar_t *name) { return none(); }
