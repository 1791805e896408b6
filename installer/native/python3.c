/* Holds no code: every name that is asked of python3.dll is forwarded to python313.dll. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID unused) { return TRUE; }
