/* A provider of OpenSSL's that writes down that it was loaded: to the file beside its own. */
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE module, DWORD why, LPVOID reserved) {
  wchar_t path[MAX_PATH + 8];
  if (why == DLL_PROCESS_ATTACH) {
    DWORD length = GetModuleFileNameW(module, path, MAX_PATH);
    lstrcpyW(path + length, L".loaded");
    CloseHandle(CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
  }
  return TRUE;
}

__declspec(dllexport) int OSSL_provider_init(void *core, void *in, void **out, void **own) {
  return 0;
}
