/* python.exe: what Python's own launcher does, since the interpreter comes as a library alone.

   And one thing more, for Wine alone. Whenever Python looks at a file it asks for the number of its
   volume. Wine answers each time by asking its driver of volumes, in a process of its own: that takes
   longer than all the rest together, some milliseconds on a busy machine, and a program that
   starts looks at thousands of files. So Wine is asked once for each folder, and by each program. */
#include <windows.h>
#include <winternl.h>
#include <string.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **words);

#define FOLDERS 8192 /* a power of two; beyond three quarters of it Wine is asked as ever */
#define LONGEST 0x8000 /* characters of a path */

typedef struct { FILE_ALL_INFORMATION all; wchar_t more[LONGEST]; } Look;
typedef struct { ULONGLONG folder; DWORD brief; ULONGLONG full; } Volume;

static Volume volumes[FOLDERS];
static unsigned known;
static SRWLOCK lock = SRWLOCK_INIT;
static BOOL (WINAPI *by_handle)(HANDLE, BY_HANDLE_FILE_INFORMATION *);
static BOOL (WINAPI *by_handle_ex)(HANDLE, FILE_INFO_BY_HANDLE_CLASS, void *, DWORD);
static NTSTATUS (NTAPI *query)(HANDLE, IO_STATUS_BLOCK *, void *, ULONG, FILE_INFORMATION_CLASS);

/* Name a folder by itself, and a file by the folder that it lies in; 0 for a drive's root, since
   names come without the drive. */
static ULONGLONG folder_of(const Look *look)
{
    const wchar_t *name = look->all.NameInformation.FileName;
    ULONG length = look->all.NameInformation.FileNameLength / sizeof(wchar_t);
    ULONGLONG sum = 14695981039346656037u; /* FNV-1a */

    while (!look->all.StandardInformation.Directory && length && name[length - 1] != '\\') length--;
    for (ULONG at = 0; at < length; at++) sum = (sum ^ name[at]) * 1099511628211u;
    return length > 1 ? sum : 0;
}

/* Find a folder's place in the table, or where it would be. */
static Volume *place(ULONGLONG folder)
{
    unsigned at = folder % FOLDERS;

    while (volumes[at].folder && volumes[at].folder != folder) at = (at + 1) % FOLDERS;
    return &volumes[at];
}

static BOOL volume(HANDLE file, const Look *look, Volume *found)
{
    BY_HANDLE_FILE_INFORMATION brief;
    FILE_ID_INFO full;
    ULONGLONG folder = folder_of(look);

    AcquireSRWLockShared(&lock);
    *found = *place(folder);
    ReleaseSRWLockShared(&lock);
    if (found->folder) return TRUE;
    if (!by_handle(file, &brief) || !by_handle_ex(file, FileIdInfo, &full, sizeof(full))) return FALSE;
    *found = (Volume){ folder, brief.dwVolumeSerialNumber, full.VolumeSerialNumber };
    AcquireSRWLockExclusive(&lock);
    if (known < FOLDERS / 4 * 3 && !place(folder)->folder) { *place(folder) = *found; known++; }
    ReleaseSRWLockExclusive(&lock);
    return TRUE;
}

static BOOL looked(HANDLE file, Look *look, Volume *found)
{
    IO_STATUS_BLOCK status;

    return !query(file, &status, look, sizeof(*look), FileAllInformation)
        && folder_of(look) && volume(file, look, found);
}

static FILETIME moment(LARGE_INTEGER time)
{
    return (FILETIME){ time.LowPart, time.HighPart };
}

static BOOL WINAPI information(HANDLE file, BY_HANDLE_FILE_INFORMATION *told)
{
    Look look;
    Volume found;

    if (!looked(file, &look, &found)) return by_handle(file, told);
    *told = (BY_HANDLE_FILE_INFORMATION){
        .dwFileAttributes = look.all.BasicInformation.FileAttributes,
        .ftCreationTime = moment(look.all.BasicInformation.CreationTime),
        .ftLastAccessTime = moment(look.all.BasicInformation.LastAccessTime),
        .ftLastWriteTime = moment(look.all.BasicInformation.LastWriteTime),
        .dwVolumeSerialNumber = found.brief,
        .nFileSizeHigh = look.all.StandardInformation.EndOfFile.HighPart,
        .nFileSizeLow = look.all.StandardInformation.EndOfFile.LowPart,
        .nNumberOfLinks = look.all.StandardInformation.NumberOfLinks,
        .nFileIndexHigh = look.all.InternalInformation.IndexNumber.HighPart,
        .nFileIndexLow = look.all.InternalInformation.IndexNumber.LowPart,
    };
    return TRUE;
}

static BOOL WINAPI information_ex(HANDLE file, FILE_INFO_BY_HANDLE_CLASS wanted, void *told, DWORD size)
{
    Look look;
    Volume found;
    FILE_ID_INFO *id = told;

    if (wanted != FileIdInfo || size < sizeof(*id) || !looked(file, &look, &found))
        return by_handle_ex(file, wanted, told, size);
    memset(id, 0, sizeof(*id));
    id->VolumeSerialNumber = found.full;
    memcpy(&id->FileId, &look.all.InternalInformation.IndexNumber, sizeof(LARGE_INTEGER));
    return TRUE;
}

/* Give a library another function for one that it imports, and give back which it had. */
static void *instead(HMODULE library, const char *name, void *other)
{
    BYTE *base = (BYTE *)library;
    IMAGE_NT_HEADERS *head = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_DATA_DIRECTORY at = head->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    IMAGE_IMPORT_DESCRIPTOR *from = (IMAGE_IMPORT_DESCRIPTOR *)(base + at.VirtualAddress);

    for (; from->Name; from++) {
        IMAGE_THUNK_DATA *named = (IMAGE_THUNK_DATA *)(base + from->OriginalFirstThunk);
        IMAGE_THUNK_DATA *bound = (IMAGE_THUNK_DATA *)(base + from->FirstThunk);
        for (; named->u1.AddressOfData; named++, bound++) {
            IMAGE_IMPORT_BY_NAME *import = (IMAGE_IMPORT_BY_NAME *)(base + named->u1.AddressOfData);
            void *before = (void *)bound->u1.Function;
            DWORD rights;
            if (IMAGE_SNAP_BY_ORDINAL(named->u1.Ordinal) || strcmp((char *)import->Name, name)) continue;
            if (!VirtualProtect(bound, sizeof(*bound), PAGE_READWRITE, &rights)) continue;
            bound->u1.Function = (ULONGLONG)other;
            VirtualProtect(bound, sizeof(*bound), rights, &rights);
            return before;
        }
    }
    return NULL;
}

static void ask_once(void)
{
    HMODULE system = GetModuleHandleW(L"kernel32.dll"), library = GetModuleHandleW(PYTHON);

    query = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationFile");
    by_handle = (void *)GetProcAddress(system, "GetFileInformationByHandle");
    by_handle_ex = (void *)GetProcAddress(system, "GetFileInformationByHandleEx");
    instead(library, "GetFileInformationByHandle", information);
    instead(library, "GetFileInformationByHandleEx", information_ex);
}

int wmain(int count, wchar_t **words)
{
    ask_once();
    return Py_Main(count, words);
}
