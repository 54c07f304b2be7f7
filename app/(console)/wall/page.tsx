export { WallPage as default } from '@/components/wall/wall-page'
