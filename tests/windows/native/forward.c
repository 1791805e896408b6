/* python3.dll holds no code: its exports are forwarded to the library of this version. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID unused) { return TRUE; }
