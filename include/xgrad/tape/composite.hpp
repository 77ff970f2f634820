#pragma once

#include <xgrad/base/segmented_list.hpp>

#include <cstddef>
#include <source_location>
#include <string_view>

namespace xgrad {
/// Statements [begin, end) of a tape, recorded by one operator that computes in several steps.
/// Whoever asks the tape sees one statement; sweeps and replays see the steps.
struct composite_statement
{
    std::string_view name;
    std::size_t begin;
    std::size_t end;
    std::source_location where;
};

/// The composites of a tape, in the order of their statements. An operator that calls others is
/// one with them.
class composite_list
{
public:
    /// Room for one more: `close` cannot fail.
    void reserve_one() { list_.reserve_one(); }

    /// What is recorded from this statement on is part of one operator.
    void open(std::size_t statement) noexcept
    {
        if (depth_++ == 0) {
            begin_ = statement;
        }
    }

    /// Ends that before this statement.
    void close(std::size_t end, std::string_view name, std::source_location const& where) noexcept
    {
        if (depth_ > 0 && --depth_ == 0 && end > begin_ + 1) {
            list_.emplace_back(name, begin_, end, where);
            merged_ += end - begin_ - 1;
        }
    }

    /// Ends that for an operator that has failed; returns where it began, or `end` where another
    /// one goes on.
    std::size_t abandon(std::size_t end) noexcept
    {
        return depth_ > 0 && --depth_ == 0 && end > begin_ ? begin_ : end;
    }

    std::size_t size() const noexcept { return list_.size(); }

    composite_statement const& operator[](std::size_t i) const noexcept { return list_[i]; }

    /// By so many the statements are fewer where each composite is one.
    std::size_t merged() const noexcept { return merged_; }

    std::size_t bytes() const noexcept { return list_.bytes(); }

    void clear() noexcept
    {
        list_.clear();
        merged_ = 0;
    }

private:
    segmented_list<composite_statement> list_;
    std::size_t depth_ = 0; // of operators that are open
    std::size_t begin_ = 0; // of the outermost one
    std::size_t merged_ = 0;
};
} // namespace xgrad
