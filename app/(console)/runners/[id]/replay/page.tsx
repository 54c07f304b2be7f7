export { ReplayPage as default } from '@/components/replay/replay-page'
