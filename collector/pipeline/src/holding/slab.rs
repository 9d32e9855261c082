//! Many small things by number, in blocks: growing copies nothing, and a number is four bytes.

/// Things in a block.
const BLOCK: usize = 4096;
/// No thing: the end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// Things by number. Numbers of things that went are given again.
pub(super) struct Slab<T> {
    blocks: Vec<Vec<Option<T>>>,
    free: Vec<u32>,
    used: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { blocks: Vec::new(), free: Vec::new(), used: 0 }
    }
}

impl<T> Slab<T> {
    /// Puts `thing` in; its number.
    pub fn insert(&mut self, thing: T) -> u32 {
        self.used += 1;
        if let Some(number) = self.free.pop() {
            self.blocks[number as usize / BLOCK][number as usize % BLOCK] = Some(thing);
            return number;
        }
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.blocks.push(Vec::with_capacity(BLOCK));
        }
        let before = (self.blocks.len() - 1) * BLOCK;
        let Some(block) = self.blocks.last_mut() else { return NONE };
        block.push(Some(thing));
        (before + block.len() - 1) as u32
    }

    /// The thing of this number.
    pub fn get(&self, number: u32) -> Option<&T> {
        self.blocks.get(number as usize / BLOCK)?.get(number as usize % BLOCK)?.as_ref()
    }

    /// The thing of this number, to be changed.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.blocks.get_mut(number as usize / BLOCK)?.get_mut(number as usize % BLOCK)?.as_mut()
    }

    /// Takes the thing of this number out. The memory of the blocks is given back when the last thing goes.
    pub fn remove(&mut self, number: u32) -> Option<T> {
        let slot = self.blocks.get_mut(number as usize / BLOCK)?.get_mut(number as usize % BLOCK)?;
        let thing = slot.take()?;
        self.used -= 1;
        if self.used == 0 {
            (self.blocks, self.free) = (Vec::new(), Vec::new());
        } else {
            self.free.push(number);
        }
        Some(thing)
    }

    /// How many things.
    pub fn len(&self) -> usize {
        self.used
    }

    /// Bytes of memory, without what things hold elsewhere.
    pub fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK * size_of::<Option<T>>() + self.free.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_and_are_given_again() {
        let mut slab = Slab::default();
        let numbers: Vec<u32> = (0..10_000).map(|thing| slab.insert(thing)).collect();
        assert!((0..10_000).all(|thing| slab.get(numbers[thing as usize]) == Some(&thing)));
        assert_eq!((slab.remove(numbers[77]), slab.remove(numbers[77]), slab.len()), (Some(77), None, 9_999));
        assert_eq!(slab.insert(5), numbers[77]);
        assert_eq!(numbers.into_iter().filter_map(|number| slab.remove(number)).count(), 10_000);
        assert_eq!((slab.len(), slab.bytes()), (0, 0));
    }
}
