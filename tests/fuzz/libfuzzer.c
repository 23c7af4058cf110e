/* libfuzzer: makes a fuzzer of one target, FUZZ_TARGET. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_TARGET((struct str){(const char *)data, size});
    return 0;
}
