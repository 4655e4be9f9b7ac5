import { useSearch } from 'wouter';

/** Whether the address asks for the form that is read from afar: `?screen=big`. */
export function useBigScreen(): boolean {
  return new URLSearchParams(useSearch()).get('screen') === 'big';
}
