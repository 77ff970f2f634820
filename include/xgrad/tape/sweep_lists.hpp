#pragma once

#include <xgrad/tape/tiles.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace xgrad {
namespace detail {
/// The lists of a sweep, which keep their memory from one sweep of a thread to the next.
struct sweep_lists
{
    sweep_adjoints all;
    std::vector<std::uint32_t> sources;
    tile_lists tiles;

    void clear() noexcept
    {
        all.clear();
        sources.clear();
    }
};

/// Borrows the thread's lists; a sweep inside a sweep makes its own.
class borrowed_lists
{
public:
    borrowed_lists() : lists_(std::move(idle()))
    {
        if (!lists_) {
            lists_ = std::make_unique<sweep_lists>();
        }
    }

    borrowed_lists(borrowed_lists const&) = delete;
    borrowed_lists& operator=(borrowed_lists const&) = delete;

    ~borrowed_lists()
    {
        lists_->clear();
        idle() = std::move(lists_);
    }

    sweep_lists& operator*() const noexcept { return *lists_; }

private:
    static std::unique_ptr<sweep_lists>& idle() noexcept
    {
        thread_local std::unique_ptr<sweep_lists> lists;
        return lists;
    }

    std::unique_ptr<sweep_lists> lists_;
};
} // namespace detail
} // namespace xgrad
