/* python.exe: what Python's own launcher does, since the interpreter comes as a library alone. */
#include <windows.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **words);

int wmain(int count, wchar_t **words) { return Py_Main(count, words); }
