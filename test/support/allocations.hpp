#pragma once

#include <atomic>
#include <cstdlib>
#include <new>

// A program with this header counts what it takes from the heap. (To be included once.)

namespace {
std::atomic<std::size_t> allocations{0};

std::size_t count_of_allocations()
{
    return allocations.load();
}
} // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes)
{
    ++allocations;
    if (auto* const memory = std::malloc(bytes)) {
        return memory;
    }
    throw std::bad_alloc();
}

[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment)
{
    ++allocations;
    auto const rounded = (bytes + std::size_t(alignment) - 1) / std::size_t(alignment);
    if (auto* const memory =
            std::aligned_alloc(std::size_t(alignment), rounded * std::size_t(alignment))) {
        return memory;
    }
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}
